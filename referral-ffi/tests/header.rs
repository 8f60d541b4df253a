//! The committed header is the one that the source gives.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
use std::path::Path;

#[test]
fn the_header_is_made_from_the_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let mut made = Vec::new();
    let builder = cbindgen::Builder::new().with_src(folder.join("src/lib.rs")).with_config(config);
    builder.generate().unwrap().write(&mut made);
    let path = folder.join("include/referral_rules.h");
    if std::env::var_os("REGENERATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed.as_bytes() == made, "write it anew: REGENERATE=1 cargo test -p referral-ffi");
}
