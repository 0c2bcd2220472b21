//! Waiting with an error far below a millisecond.
//!
//! tokio's own timer counts in whole milliseconds and rounds up, which would show in the
//! percentiles that tests compare with the truth. On Linux each wait is armed on a
//! timer file instead, taken from a pool; elsewhere tokio's timer has to do.

#[cfg(target_os = "linux")]
pub use linux::Timers;
#[cfg(not(target_os = "linux"))]
pub use portable::Timers;

#[cfg(target_os = "linux")]
mod linux {
    use rustix::fd::OwnedFd;
    use rustix::io::read;
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use std::io;
    use std::sync::{Mutex, PoisonError};
    use std::time::{Duration, Instant};
    use tokio::io::unix::AsyncFd;

    /// Timer files that are not in use, of one runtime.
    #[derive(Debug, Default)]
    pub struct Timers {
        idle: Mutex<Vec<AsyncFd<OwnedFd>>>,
    }

    impl Timers {
        /// Returns at this instant, or as soon after it as the thread is free.
        pub async fn wait_until(&self, deadline: Instant) {
            if self.wait_on_file(deadline).await.is_err() {
                // No file handle left: less exact, but still a delay.
                tokio::time::sleep_until(deadline.into()).await;
            }
        }

        async fn wait_on_file(&self, deadline: Instant) -> io::Result<()> {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            let timer = self.take()?;
            timerfd_settime(timer.get_ref(), TimerfdTimerFlags::empty(), &once(left)?)?;
            loop {
                let mut ready = timer.readable().await?;
                let mut expirations = [0; 8];
                match ready.try_io(|timer| read(timer.get_ref(), &mut expirations).map_err(Into::into)) {
                    Ok(done) => {
                        done?;
                        break;
                    }
                    Err(_would_block) => {}
                }
            }
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(timer);
            Ok(())
        }

        fn take(&self) -> io::Result<AsyncFd<OwnedFd>> {
            if let Some(timer) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
                return Ok(timer);
            }
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            #[expect(
                deprecated,
                reason = "its successor is unsafe; an OwnedFd is what makes this one sound"
            )]
            let timer = AsyncFd::new(file)?;
            Ok(timer)
        }
    }

    fn once(length: Duration) -> io::Result<Itimerspec> {
        let value = Timespec::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: value,
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::time::Instant;

    /// tokio's own timer.
    #[derive(Debug, Default)]
    pub struct Timers;

    impl Timers {
        /// Returns at this instant or up to two milliseconds after it.
        pub async fn wait_until(&self, deadline: Instant) {
            tokio::time::sleep_until(deadline.into()).await;
        }
    }
}
