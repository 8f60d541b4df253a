//! From bytes of a decoded text back to bytes of the document, so that a fault inside a quoted expression is shown at the
//! right column even after escapes and in texts of several lines.
use crate::diag::Span;

/// Where the decoded text and the document part: from byte `decoded` on, the document is at `source`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Jump {
    decoded: usize,
    source: usize,
}

/// How the bytes of a decoded text lie in the document. Between two jumps both advance in step.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TextMap {
    start: usize,
    jumps: Vec<Jump>,
}

impl TextMap {
    /// A text whose first byte stands at `start`; without jumps it lies in the document as it is.
    pub const fn starting_at(start: usize) -> Self {
        Self { start, jumps: Vec::new() }
    }

    /// From byte `decoded` on, the document is at byte `source`. Jumps must come in rising order.
    pub(super) fn jump(&mut self, decoded: usize, source: usize) {
        if self.offset(decoded) == source {
            return;
        }
        match self.jumps.last_mut() {
            Some(last) if last.decoded == decoded => last.source = source,
            _ => self.jumps.push(Jump { decoded, source }),
        }
    }

    /// The byte of the document for a byte of the decoded text.
    pub fn offset(&self, decoded: usize) -> usize {
        let after = self.jumps.partition_point(|jump| jump.decoded <= decoded);
        match after.checked_sub(1).and_then(|at| self.jumps.get(at)) {
            Some(jump) => jump.source.saturating_add(decoded.saturating_sub(jump.decoded)),
            None => self.start.saturating_add(decoded),
        }
    }

    /// The span of the document for a span of the decoded text. The end is the place after the last byte, so an escape at
    /// the end belongs to the span as a whole.
    pub fn span(&self, decoded: Span) -> Span {
        let start = self.offset(decoded.start);
        let end = self.offset(decoded.end);
        Span::new(start, end.max(start))
    }
}
