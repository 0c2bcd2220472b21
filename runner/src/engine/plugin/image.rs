//! The image of a plugin's memory that all its instances start from.

use super::PluginError;
use std::io;
use std::time::Duration;
use wasmtime::component::Component;

/// Tries to make one.
const TRIES: u32 = 5;

/// Pause between two of them.
const PAUSE: Duration = Duration::from_millis(20);

/// Makes the image, which wasmtime would else make together with the first instance: by then a VU waits for it, and its
/// store would be of no more use after a failure.
///
/// # Errors
/// The operating system doesn't give what it takes.
pub(super) fn make(component: &Component) -> Result<(), PluginError> {
    let made = unless_busy(PAUSE, || component.initialize_copy_on_write_image());
    made.map_err(|error| PluginError::Image(format!("{error:#}")))
}

/// Tries again where the image's file was busy. Wasmtime writes an image to a file in memory and seals it. The kernel
/// refuses the seal with EBUSY as long as anything holds one of the file's pages, be it only for a moment: it moves pages
/// itself, and others may read them. Each try makes a file anew, whose pages nobody holds yet.
fn unless_busy(pause: Duration, mut make: impl FnMut() -> wasmtime::Result<()>) -> wasmtime::Result<()> {
    for _ in 1..TRIES {
        match make() {
            Err(error) if is_busy(&error) => std::thread::sleep(pause),
            made => return made,
        }
    }
    make()
}

fn is_busy(error: &wasmtime::Error) -> bool {
    let cause = error.root_cause().downcast_ref::<io::Error>();
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::ResourceBusy)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often it is tried where the first `failures` tries end with `error`, and whether one succeeded.
    fn tries(failures: u32, error: impl Fn() -> io::Error) -> (u32, bool) {
        let mut tries = 0;
        let made = unless_busy(Duration::ZERO, || {
            tries += 1;
            if tries > failures {
                return Ok(());
            }
            Err(wasmtime::Error::from(error()).context("cannot add seals to the memfd"))
        });
        (tries, made.is_ok())
    }

    #[test]
    fn an_image_whose_file_is_busy_is_made_again_a_few_times() {
        let busy = || io::Error::from_raw_os_error(16);
        assert_eq!(tries(0, busy), (1, true));
        assert_eq!(tries(2, busy), (3, true));
        assert_eq!(tries(TRIES - 1, busy), (TRIES, true));
        assert_eq!(tries(u32::MAX, busy), (TRIES, false));
    }

    #[test]
    fn no_other_error_is_tried_again() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(tries(1, full), (1, false));
        let named_so = || io::Error::other("Device or resource busy (os error 16)");
        assert_eq!(tries(1, named_so), (1, false));
    }
}
