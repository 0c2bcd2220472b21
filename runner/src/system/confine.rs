//! Child processes with limits: where input is worked on that may be made to exhaust the machine.
//!
//! There are two kinds. A computation is this program again, under a hidden command: it has no files and no network,
//! as it may open nothing beyond the three pipes that it is given, sees nothing of the environment, and ends when it
//! has used up its memory or CPU time. A tool is another program, which keeps files and network, and gets the limits
//! by being started through this one. Both end with their parent, when the operator interrupts, and when the clock
//! says so.

use rlimit::Resource;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The hidden command that turns into a tool.
pub const TOOL: &str = "__limited";

/// Descriptors of a computation: its input, its output, and where it complains.
const PIPES: u64 = 3;

/// Threads of a computation, each of which costs memory.
const THREADS: usize = 8;

/// What is kept of a child's complaints.
const COMPLAINT_BYTES: u64 = 4 << 10;

/// What a child may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessLimits {
    /// Memory that it may fill; address space alone costs nothing.
    pub memory_bytes: u64,
    /// CPU time, all its threads together.
    pub cpu: Duration,
    /// Time by the clock.
    pub wall: Duration,
}

/// How a child ended.
#[derive(Debug, PartialEq, Eq)]
pub enum ProcessEnd {
    /// By itself, with this code.
    Exited(i32),
    /// The CPU time was used up.
    Cpu,
    /// It asked for more memory than it may have.
    Memory,
    /// The time was up.
    Wall,
    /// The operator interrupted.
    Interrupted,
    /// A signal ended it: a defect.
    Signal(i32),
}

static ENABLED: OnceLock<()> = OnceLock::new();

/// Says that this process knows the hidden commands, so that it can be its own child.
pub fn enable() {
    ENABLED.get_or_init(|| ());
}

/// Whether there can be children: not where this library is part of another program, such as a test.
pub fn is_enabled() -> bool {
    ENABLED.get().is_some()
}

/// Runs a hidden command on `input`, and answers with how it ended and its output.
///
/// # Errors
/// If the operating system refuses the process.
pub fn compute(
    arguments: &[String],
    input: &[u8],
    limits: ProcessLimits,
) -> io::Result<(ProcessEnd, Vec<u8>)> {
    let mut command = own();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    command
        .args(arguments)
        .env_clear()
        .env("RAYON_NUM_THREADS", threads.min(THREADS).to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let watched = watch(&child, limits.wall);
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut output = Vec::new();
    let complaint = std::thread::scope(|scope| {
        let complaint = scope.spawn(move || stderr.map(complaint_in).unwrap_or_default());
        scope.spawn(move || {
            // A child that has ended doesn't read on; how it ended says why.
            let _ = stdin.map(|mut stdin| stdin.write_all(input));
        });
        let _ = stdout.map(|mut stdout| stdout.read_to_end(&mut output));
        complaint.join().unwrap_or_default()
    });
    let (_, end) = watched.finish(&mut child)?;
    // Without memory, Rust's programs say so and abort.
    let aborted = matches!(end, ProcessEnd::Signal(_) | ProcessEnd::Exited(_))
        && complaint.contains("memory allocation of");
    Ok((if aborted { ProcessEnd::Memory } else { end }, output))
}

/// All of it is read, so that nobody waits to write.
fn complaint_in(mut stderr: impl Read) -> String {
    let mut kept = Vec::new();
    let _ = stderr.by_ref().take(COMPLAINT_BYTES).read_to_end(&mut kept);
    let _ = io::copy(&mut stderr, &mut io::sink());
    String::from_utf8_lossy(&kept).into_owned()
}

/// The child's side of a computation: gives up all but its pipes.
///
/// # Errors
/// If the operating system refuses.
pub fn confine(limits: ProcessLimits) -> io::Result<()> {
    limit(limits)?;
    rlimit::setrlimit(Resource::NOFILE, PIPES, PIPES)?;
    rlimit::setrlimit(Resource::FSIZE, 0, 0)
}

/// What each child does first. The limits can't be raised again.
fn limit(limits: ProcessLimits) -> io::Result<()> {
    end_with_parent()?;
    let cpu = limits.cpu.as_secs().max(1);
    rlimit::setrlimit(Resource::CPU, cpu, cpu + 1)?;
    rlimit::setrlimit(Resource::CORE, 0, 0)?;
    // Not everywhere: the address space is then what there is.
    rlimit::setrlimit(Resource::DATA, limits.memory_bytes, limits.memory_bytes)
}

#[cfg(target_os = "linux")]
fn end_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(
        Signal::KILL,
    ))?)
}

#[cfg(not(target_os = "linux"))]
fn end_with_parent() -> io::Result<()> {
    Ok(())
}

/// The same program with limits. Where there can be no children of this program, without.
pub fn limited(command: &Command, limits: ProcessLimits) -> Command {
    let mut limited = if is_enabled() {
        let mut limited = own();
        let numbers = [limits.memory_bytes, limits.cpu.as_secs()];
        limited.arg(TOOL).args(numbers.map(|number| number.to_string()));
        limited.arg(command.get_program());
        limited
    } else {
        Command::new(command.get_program())
    };
    limited.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        limited.current_dir(dir);
    }
    limited
}

/// The child's side of [`limited`], with what follows [`TOOL`]: becomes the tool. Returns only if that fails.
pub fn become_tool(arguments: &[OsString]) -> io::Error {
    let number = |at: usize| arguments.get(at)?.to_str()?.parse().ok();
    let (Some(memory_bytes), Some(cpu), Some(program)) = (number(0), number(1), arguments.get(2)) else {
        return io::ErrorKind::InvalidInput.into();
    };
    let limits = ProcessLimits {
        memory_bytes,
        cpu: Duration::from_secs(cpu),
        wall: Duration::MAX,
    };
    match limit(limits) {
        Ok(()) => Command::new(program).args(&arguments[3..]).exec(),
        Err(error) => error,
    }
}

/// This program, even if its file was replaced meanwhile.
fn own() -> Command {
    let path = if cfg!(target_os = "linux") {
        OsString::from("/proc/self/exe")
    } else {
        std::env::current_exe().map_or_else(|_| "wasmswarm".into(), Into::into)
    };
    let mut command = Command::new(path);
    command.arg0(OsStr::new("wasmswarm"));
    command
}

/// A child that lives, with why it was killed, if it was.
type Living = (Pid, Arc<Mutex<Option<ProcessEnd>>>);

static CHILDREN: Mutex<Vec<Living>> = Mutex::new(Vec::new());
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// The operator wants an end: of all children, and of those that would come.
pub fn interrupt() {
    INTERRUPTED.store(true, Ordering::SeqCst);
    for (pid, why) in &*children() {
        kill(*pid, why, ProcessEnd::Interrupted);
    }
}

/// What the operator wanted to end is over: from now on there may be children again.
pub fn forget_interrupt() {
    INTERRUPTED.store(false, Ordering::SeqCst);
}

/// Whether the operator wants an end: for work that is no child's.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A child, in the reach of the operator and of the clock.
pub struct Watched {
    pid: Pid,
    why: Arc<Mutex<Option<ProcessEnd>>>,
    /// Ends the clock.
    _over: Sender<()>,
}

/// Watches over a child that was just started.
pub fn watch(child: &Child, wall: Duration) -> Watched {
    let pid = Pid::from_child(child);
    let why = Arc::new(Mutex::new(None));
    children().push((pid, Arc::clone(&why)));
    let (over, is_over) = channel::<()>();
    std::thread::spawn(move || {
        if is_over.recv_timeout(wall) == Err(RecvTimeoutError::Timeout) {
            // Only if it is still there: its number may be another's by now.
            for (_, why) in children().iter().filter(|(living, _)| *living == pid) {
                kill(pid, why, ProcessEnd::Wall);
            }
        }
    });
    if is_interrupted() {
        kill(pid, &why, ProcessEnd::Interrupted);
    }
    Watched {
        pid,
        why,
        _over: over,
    }
}

impl Watched {
    /// Waits for the end.
    ///
    /// # Errors
    /// If the operating system doesn't know the child.
    pub fn finish(self, child: &mut Child) -> io::Result<(ExitStatus, ProcessEnd)> {
        // As long as it isn't reaped, its number is nobody else's.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(
            waitid(WaitId::Pid(self.pid), options),
            Err(rustix::io::Errno::INTR)
        ) {}
        children().retain(|(pid, _)| *pid != self.pid);
        let status = child.wait()?;
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok((status, why.unwrap_or_else(|| end_of(status))))
    }
}

fn end_of(status: ExitStatus) -> ProcessEnd {
    const OPERATORS: [Signal; 4] = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT];
    match (status.code(), status.signal()) {
        (Some(code), _) => ProcessEnd::Exited(code),
        (_, Some(signal)) if signal == Signal::XCPU.as_raw() => ProcessEnd::Cpu,
        (_, Some(signal)) if OPERATORS.iter().any(|by| by.as_raw() == signal) => ProcessEnd::Interrupted,
        (_, signal) => ProcessEnd::Signal(signal.unwrap_or(0)),
    }
}

fn kill(pid: Pid, why: &Mutex<Option<ProcessEnd>>, end: ProcessEnd) {
    why.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert(end);
    // It may have ended by itself.
    let _ = kill_process(pid, Signal::KILL);
}

fn children() -> MutexGuard<'static, Vec<Living>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn shell(script: &str) -> Child {
        Command::new("sh").args(["-c", script]).spawn().unwrap()
    }

    #[test]
    fn a_child_ends_with_its_code_its_signal_or_the_clock() {
        let end = |script: &str, wall: u64| {
            let mut child = shell(script);
            watch(&child, Duration::from_millis(wall))
                .finish(&mut child)
                .unwrap()
                .1
        };
        assert_eq!(end("exit 7", 60_000), ProcessEnd::Exited(7));
        assert_eq!(end("kill -XCPU $$", 60_000), ProcessEnd::Cpu);
        assert_eq!(end("kill -INT $$", 60_000), ProcessEnd::Interrupted);
        assert_eq!(end("kill -SEGV $$", 60_000), ProcessEnd::Signal(11));
        let begun = Instant::now();
        assert_eq!(end("exec sleep 60", 50), ProcessEnd::Wall);
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert!(children().is_empty());
    }

    #[test]
    fn without_children_of_its_own_a_tool_is_itself() {
        let mut tool = Command::new("tool");
        tool.arg("a").env("B", "c").current_dir("/");
        let limits = ProcessLimits {
            memory_bytes: 1,
            cpu: Duration::from_secs(1),
            wall: Duration::from_secs(1),
        };
        let limited = limited(&tool, limits);
        assert_eq!(format!("{limited:?}"), format!("{tool:?}"));
    }
}
