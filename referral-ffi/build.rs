//! Gives the shared library its name for the loader: it carries the number of the interface, so that a program never starts with a
//! library whose interface it does not know. `install` sets the files out under these names.
use std::env;

fn main() {
    println!("cargo::rerun-if-changed=src/lib.rs");
    println!("cargo::rerun-if-changed=build.rs");
    let elf = matches!(env::var("CARGO_CFG_TARGET_OS").as_deref(), Ok("linux" | "freebsd" | "netbsd" | "openbsd"));
    // The number stands once, in the source that the header is made of.
    let number = include_str!("src/lib.rs").split("REFERRAL_ABI_VERSION: u32 = ").nth(1);
    let number = number.and_then(|rest| rest.split(';').next());
    match number {
        Some(number) if elf => println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libreferral_rules.so.{number}"),
        Some(_) => {}
        None => println!("cargo::error=src/lib.rs does not say REFERRAL_ABI_VERSION"),
    }
}
