//! A gate process that misbehaves on one document: `faulty-gate-worker FAULT DOCUMENT DIARY`.
//!
//! Its process id is written to the file DIARY as a line, so that a test knows every process there was.

use std::io::Write as _;
use std::process::ExitCode;

use gate_worker::{MEMORY_MAX, Question};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [fault, document, diary] = arguments.as_slice() else { return ExitCode::from(2) };
    let Ok(mut lines) = std::fs::OpenOptions::new().create(true).append(true).open(diary) else {
        return ExitCode::from(3);
    };
    if writeln!(lines, "{}", std::process::id()).is_err() {
        return ExitCode::from(3);
    }
    match fault.as_str() {
        "not-ready" => return ExitCode::from(9),
        // Some other program that prints and waits.
        "stranger" => {
            println!("usage: of something else");
            let _ = std::io::stdin().read_line(&mut String::new());
            return ExitCode::SUCCESS;
        }
        // Has something in its environment.
        "bare" if std::env::vars_os().next().is_some() => return ExitCode::from(9),
        _ => {}
    }
    let (fault, document, diary) = (fault.clone(), document.clone(), diary.clone());
    gate_worker::run_with(move |question: &Question<'_>| {
        if question.document.to_string() == document {
            misbehave(&fault, &diary);
        }
        question.judge()
    })
}

fn misbehave(fault: &str, diary: &str) {
    match fault {
        "exit" => std::process::exit(0),
        "panic" => std::panic::resume_unwind(Box::new("an uncaught panic")),
        "overflow" => drop(deep(u64::MAX)),
        "hoard" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(vec![1_u8; 1 << 20]);
            }
        }
        "spin" => {
            // Tells who waits for it that it has begun: no answer, only the first byte of one.
            say(&[0]);
            loop {
                std::hint::spin_loop();
            }
        }
        "garbage" => say(&[3, 0, 0, 0, 1, 2, 3]),
        "huge" => say(&[0xff; 64]),
        "cut" => {
            say(&[100, 0, 0, 0, 1, 2, 3]);
            std::process::exit(0);
        }
        "killed-twice" if std::fs::read_to_string(diary).is_ok_and(|lines| lines.lines().count() <= 2) => kill_self(),
        "killed" => kill_self(),
        // Within the limit it goes on, beyond it must not get anything.
        "memory" if reserves(MEMORY_MAX / 4) && !reserves(MEMORY_MAX) => {}
        "abort" | "memory" => std::process::abort(),
        _ => {}
    }
}

fn deep(rest: u64) -> [u64; 64] {
    let mut frame = std::hint::black_box([rest; 64]);
    if rest > 0 {
        frame[0] += deep(rest - 1)[1];
    }
    frame
}

fn reserves(bytes: u64) -> bool {
    usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok())
}

fn say(bytes: &[u8]) {
    let mut out = std::io::stdout();
    // The parent may be gone.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

fn kill_self() {
    let own = rustix::process::getpid();
    // It cannot fail: every process may signal itself.
    let _ = rustix::process::kill_process(own, rustix::process::Signal::KILL);
    loop {
        std::thread::park();
    }
}
