//! What the way through C costs over Rust, in one run, call for call in turns: requests that ask almost nothing, so that it can be told
//! from what is asked. `cargo bench -p referral-ffi --bench calls`
//!
//! With `rust N` or `c N` behind it, it makes N calls of each request that way and measures nothing: for tools that count instructions.
#![allow(unsafe_code, reason = "the functions of the C interface are called as C calls them")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::missing_safety_doc,
    reason = "a tool for measuring: a panic is a failure"
)]
// The interface is a library for C and cannot be linked from Rust: its source is compiled here once more.
#[path = "../src/lib.rs"]
#[allow(dead_code, unused_imports, unreachable_pub, reason = "only some of its functions are measured")]
mod c;

use rules::wire::Compiled;
use std::ffi::c_char;
use std::hint::black_box;
use std::time::Instant as Clock;

/// As small as a program can be, so that next to nothing is done between the borders.
const PROGRAM: &str = r#"{"program": {"schema": 1, "id": "a", "version": "1", "in_force": {"first_day": "2026-01-01"}, "currency": "EUR", "time_zone": "UTC"}}"#;
const REQUESTS: [(&str, &str); 2] = [
    ("no rows at all", r#"{"rows": {}}"#),
    (
        "keys of one referral",
        r#"{"rows": {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02T09:00:00Z"}]}}"#,
    ),
];

/// The calls between two looks at the clock: few, so that many rounds are left alone by whatever else runs on the machine.
const CALLS: u32 = 100;
const ROUNDS: u32 = 20_000;

fn text() -> c::Text {
    c::Text { data: std::ptr::null_mut(), length: 0 }
}

fn main() {
    let compiled = Compiled::new(PROGRAM).expect("it compiles");
    let (mut handle, mut answer) = (std::ptr::null_mut(), text());
    // SAFETY: the texts have these lengths, both places may be written to, and what comes out is given back below.
    unsafe {
        let program = PROGRAM.as_ptr().cast::<c_char>();
        c::referral_program_compile_request(program, PROGRAM.len(), &raw mut handle, &raw mut answer);
        c::referral_text_free(&raw mut answer);
    }
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let (way, count) = (arguments.next(), arguments.next().and_then(|count| count.parse::<usize>().ok()));
    for (name, request) in REQUESTS {
        let by_rust = || black_box(compiled.keys_json(black_box(request))).len();
        let by_c = || {
            let mut answer = text();
            // SAFETY: as above; the program is given back after the last call.
            unsafe {
                c::referral_program_keys(handle, black_box(request).as_ptr().cast(), request.len(), &raw mut answer);
                let length = answer.length;
                c::referral_text_free(black_box(&raw mut answer));
                length
            }
        };
        if let (Some(way), Some(count)) = (&way, count) {
            (0..count).for_each(|_| assert!(if way == "c" { by_c() } else { by_rust() } > 0));
            continue;
        }
        assert_eq!(by_rust(), by_c(), "both say the same");
        let least = |work: &dyn Fn() -> usize| {
            let start = Clock::now();
            (0..CALLS).for_each(|_| assert!(work() > 0));
            start.elapsed().as_nanos() as f64 / f64::from(CALLS)
        };
        let (mut rust, mut c) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            rust = rust.min(least(&by_rust));
            c = c.min(least(&by_c));
        }
        println!("{name:<20} Rust {rust:>9.1} ns, C {c:>9.1} ns: {:>7.1} ns more", c - rust);
    }
    // SAFETY: it was made above, and nothing asks it any more.
    unsafe { c::referral_program_free(handle) };
}
