//! The fingerprint: two evaluations with the same one gave the same answer, in whatever language, order of rows, number of
//! threads.
use super::Evaluation;
use crate::base::hex;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::Write;

struct Hashing(Sha256);

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Hashing {
    fn add(&mut self, value: &impl Serialize) {
        // Plain data to a sink that cannot fail: there is no error to lose.
        let _ = serde_json::to_writer(&mut *self, value);
        self.0.update(b"\n");
    }
}

impl Evaluation<'_> {
    /// SHA-256 over the answer: decisions, new entries, positions, payouts, lists that are not written in documents, and findings without their row numbers,
    /// each once.
    ///
    /// The bytes that are hashed are the answer's JSON, one value per line.
    pub fn fingerprint(&self) -> String {
        let mut hashing = Hashing(Sha256::new());
        for decision in self.decisions() {
            hashing.add(&decision);
        }
        for entry in self.entries() {
            hashing.add(&entry);
        }
        for position in self.positions() {
            hashing.add(&position);
        }
        for payout in self.payouts() {
            hashing.add(&payout);
        }
        for list in self.lists() {
            hashing.add(&list);
        }
        // Findings are sorted by what they say first: a row that comes twice brings its findings twice, one after the other.
        let said = |finding: &crate::book::Finding| crate::book::Finding { row: 0, known: 0, ..finding.clone() };
        let mut findings: Vec<_> = self.findings().iter().map(said).collect();
        findings.dedup();
        for finding in findings {
            hashing.add(&finding);
        }
        hex(&hashing.0.finalize())
    }
}
