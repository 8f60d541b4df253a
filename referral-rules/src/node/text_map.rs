//! From bytes of a decoded text back to bytes of the document, so that a fault inside a quoted expression is shown at the
//! right column even after escapes and in texts of several lines.
use crate::diag::Span;
use std::ops::Range;

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
    /// Where parts of other texts end that were put in, and the end of each in the document.
    ends: Vec<Jump>,
}

impl TextMap {
    /// A text whose first byte stands at `start`; without jumps it lies in the document as it is.
    pub const fn starting_at(start: usize) -> Self {
        Self { start, jumps: Vec::new(), ends: Vec::new() }
    }

    /// From byte `decoded` on, the document is at byte `source`. Jumps must come in rising order.
    pub(crate) fn jump(&mut self, decoded: usize, source: usize) {
        if self.offset(decoded) == source {
            return;
        }
        match self.jumps.last_mut() {
            Some(last) if last.decoded == decoded => last.source = source,
            _ => self.jumps.push(Jump { decoded, source }),
        }
    }

    /// From byte `decoded` on, a part of another text lies as it does there.
    pub(crate) fn append(&mut self, decoded: usize, other: &Self, part: Range<usize>) {
        if part.is_empty() {
            return;
        }
        self.jump(decoded, other.offset(part.start));
        let here = |there: usize| decoded.saturating_add(there.saturating_sub(part.start));
        for jump in other.jumps.iter().filter(|jump| jump.decoded > part.start && jump.decoded < part.end) {
            self.jump(here(jump.decoded), jump.source);
        }
        let inside = other.ends.iter().filter(|end| end.decoded > part.start && end.decoded < part.end);
        self.ends.extend(inside.map(|end| Jump { decoded: here(end.decoded), source: end.source }));
        self.ends.push(Jump { decoded: here(part.end), source: other.end(part.end) });
    }

    /// The place after the last byte of what ends there.
    fn end(&self, decoded: usize) -> usize {
        let at = self.ends.binary_search_by_key(&decoded, |end| end.decoded).ok();
        at.and_then(|at| self.ends.get(at)).map_or_else(|| self.offset(decoded), |end| end.source)
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
        let end = if decoded.start < decoded.end { self.end(decoded.end) } else { start };
        Span::new(start, end.max(start))
    }
}
