//! Reads the state of an instance, for Wizer to make it the beginning of a new component.

use wasmtime::Store;
use wasmtime::component::{Instance, Lift, WasmList};
use wasmtime_wizer::ComponentInstanceState;

/// An instance whose script was evaluated.
pub(super) struct State<'a, T: 'static> {
    pub(super) store: &'a mut Store<T>,
    pub(super) instance: Instance,
}

impl<T: Send> State<'_, T> {
    /// Calls one of the functions that Wizer has put into the component.
    #[expect(
        clippy::expect_used,
        reason = "Wizer adds these functions itself; they only read"
    )]
    async fn read<R: Lift + 'static>(&mut self, interface: &str, function: &str) -> R {
        let (_, interface) = self
            .instance
            .get_export(&mut *self.store, None, interface)
            .expect("the instrumented component has this interface");
        let (_, function) = self
            .instance
            .get_export(&mut *self.store, Some(&interface), function)
            .expect("the interface has a function for each global and memory");
        let function = self
            .instance
            .get_typed_func::<(), (R,)>(&mut *self.store, function);
        let function = function.expect("the function has the type of what it reads");
        let result = function.call_async(&mut *self.store, ()).await;
        result.expect("reading can't trap").0
    }
}

impl<T: Send> ComponentInstanceState for State<'_, T> {
    async fn call_func_ret_list_u8(
        &mut self,
        interface: &str,
        function: &str,
        take: impl FnOnce(&[u8]) + Send,
    ) {
        let list: WasmList<u8> = self.read(interface, function).await;
        take(list.as_le_slice(&*self.store));
    }

    async fn call_func_ret_s32(&mut self, interface: &str, function: &str) -> i32 {
        self.read(interface, function).await
    }

    async fn call_func_ret_s64(&mut self, interface: &str, function: &str) -> i64 {
        self.read(interface, function).await
    }

    async fn call_func_ret_f32(&mut self, interface: &str, function: &str) -> u32 {
        self.read::<f32>(interface, function).await.to_bits()
    }

    async fn call_func_ret_f64(&mut self, interface: &str, function: &str) -> u64 {
        self.read::<f64>(interface, function).await.to_bits()
    }
}
