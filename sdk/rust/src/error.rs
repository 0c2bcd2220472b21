//! The error of tasks: anything that `?` can box.

/// Why a task failed; its text becomes the iteration's failure message.
///
/// It is the standard library's boxed error, so that `?` takes failed requests, JSON errors, text
/// (`Err("cart is empty")?`) and every other error type as they are.
pub type Error = Box<dyn std::error::Error>;

/// What a task returns: `Result` alone means "nothing, or an [`Error`]".
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Ends the task as failed, with a formatted message.
///
/// ```
/// # use wasmswarm_sdk::prelude::*;
/// fn buy(stock: u32) -> Result {
///     if stock == 0 {
///         bail!("nothing left to buy");
///     }
///     Ok(())
/// }
/// assert_eq!(buy(0).unwrap_err().to_string(), "nothing left to buy");
/// ```
#[macro_export]
macro_rules! bail {
    ($($message:tt)*) => {
        return ::core::result::Result::Err($crate::Error::from(::std::format!($($message)*)))
    };
}
