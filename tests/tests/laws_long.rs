//! All laws over many pairs of program and book, on demand:
//! `REFERRAL_LAWS_PAIRS=100000 cargo test --release -p referral-tests --test laws_long -- --ignored --nocapture`;
//! `PROPTEST_RNG_SEED` explores other pairs, `REFERRAL_LAWS_THREADS` runs so many searches beside each other.
use referral_tests::{generate::check_with, laws};

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
#[ignore = "takes minutes to hours; on demand"]
fn all_laws_over_many_pairs() {
    let pairs = number("REFERRAL_LAWS_PAIRS", 100_000);
    let threads = number("REFERRAL_LAWS_THREADS", 2).max(1);
    let seed = number("PROPTEST_RNG_SEED", 1);
    let each = u32::try_from(pairs.div_ceil(threads)).unwrap_or(u32::MAX);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let all = |seeds: &_| {
                        laws::ALL
                            .iter()
                            .try_for_each(|(name, law)| law(seeds).map_err(|message| format!("{name}: {message}")))
                    };
                    check_with(each, seed.wrapping_add(thread), all)
                })
            })
            .collect();
        running.into_iter().filter_map(|worker| worker.join().expect("laws catch their panics").err()).collect()
    });
    println!("{} laws over {pairs} pairs, {} broken", laws::ALL.len(), failures.len());
    if !failures.is_empty() {
        panic!("{}", failures.join("\n\n"));
    }
}
