//! Time and memory of this process.
use std::error::Error;
use std::time::Instant;

/// A point in time, on the wall and on the CPU.
pub struct Mark {
    wall: Instant,
    cpu: f64,
}

/// Seconds between two points.
pub struct Elapsed {
    pub wall: f64,
    pub cpu: f64,
}

impl Mark {
    pub fn now() -> Self {
        Self { wall: Instant::now(), cpu: cpu() }
    }

    pub fn elapsed(&self) -> Elapsed {
        Elapsed { wall: self.wall.elapsed().as_secs_f64(), cpu: cpu() - self.cpu }
    }
}

/// Seconds that all threads of the process have computed.
fn cpu() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a value of ours that lives through the call; the clock exists on Linux.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// A line of the process's status in MB: `VmRSS` is what it holds now, `VmHWM` the most that it ever held.
pub fn memory(line: &str) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':')).ok_or("no such line")?;
    let kilobytes: f64 = found.split_whitespace().next().ok_or("no number")?.parse()?;
    Ok(kilobytes / 1024.0)
}
