//! `referral-peer rules|rules-2t DATA (mem|parquet) REPETITIONS`: workload A by the engine, as one line of JSON like that of the
//! peers. `rules` is one thread, `rules-2t` two.
//!
//! In `mem` the batches are in memory before the clock starts, and what is measured is [`Book::new`], [`evaluate`] and the whole
//! answer as columns; in `parquet` reading the files, too.
mod answer;
mod clock;
mod load;

use answer::{Answer, Columns};
use referral_rules::base::Instant;
use referral_rules::book::{Book, Finding, Given};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use std::error::Error;
use std::hint::black_box;
use std::path::Path;

const PROGRAM: &str = include_str!("../../programs/workload_a.toml");

/// What is measured of one run, in seconds: all of it, and of the CPU that of the engine without reading its answer.
struct Cost {
    wall: f64,
    cpu: f64,
    engine_cpu: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [alternative, data, mode, repetitions] = arguments.as_slice() else {
        return Err("usage: referral-peer rules|rules-2t DATA mem|parquet REPETITIONS".into());
    };
    let threads = match alternative.as_str() {
        "rules" => 1,
        "rules-2t" => 2,
        other => return Err(format!("`{other}` is no alternative: rules, rules-2t").into()),
    };
    let (program, _) = Program::from_toml(PROGRAM)?;
    let begin = clock::Mark::now();
    let given = load::given(Path::new(data))?;
    let loading = begin.elapsed();
    let ids = load::ids(&given)?;
    let loaded_mb = clock::memory("VmRSS")?;
    let repetitions: usize = if mode == "parquet" { 1 } else { repetitions.parse()? };
    let (mut costs, mut last) = (Vec::new(), None);
    for _ in 0..repetitions {
        drop(last.take());
        let (columns, mut cost) = run(&program, &given, threads)?;
        if mode == "parquet" {
            cost.wall += loading.wall;
            cost.cpu += loading.cpu;
            cost.engine_cpu += loading.cpu;
        }
        costs.push(cost);
        last = Some(columns);
    }
    let peak_mb = clock::memory("VmHWM")?;
    let all = |part: fn(&Cost) -> f64| costs.iter().map(part).collect::<Vec<_>>();
    let line = serde_json::json!({
        "alt": alternative, "mode": mode, "load_s": loading.wall, "loaded_mb": loaded_mb, "peak_mb": peak_mb,
        "times": all(|cost| cost.wall), "cpu": all(|cost| cost.cpu), "engine_cpu": all(|cost| cost.engine_cpu),
        "checks": Answer::pick(&last.ok_or("no repetition")?, &program, &ids)?.checks(),
    });
    println!("{line}");
    Ok(())
}

fn run(program: &Program, given: &Given, threads: usize) -> Result<(Columns, Cost), Box<dyn Error>> {
    let as_of = Instant::parse("2027-01-01T00:00:00Z")?;
    let begin = clock::Mark::now();
    let book = Book::new(program, given);
    let evaluation = evaluate(program, &book, as_of, Options { threads })?;
    let engine = begin.elapsed();
    let columns = black_box(Columns::of(&evaluation));
    // Some referrals of the workload name no account; nothing else is wrong with it.
    let unexpected = |finding: &&Finding| finding.code.slug() != "unknown-referrer";
    let finding = evaluation.findings().iter().find(unexpected).cloned();
    // What the engine made is given back within the time, as the peers do with what they need on the way.
    drop(evaluation);
    drop(book);
    let whole = begin.elapsed();
    if let Some(finding) = finding {
        return Err(format!("the data are not those of the workload: {finding:?}").into());
    }
    Ok((columns, Cost { wall: whole.wall, cpu: whole.cpu, engine_cpu: engine.cpu }))
}
