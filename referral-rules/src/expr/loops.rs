//! Loops over the elements of lists: all elements of many rows are laid out in one column, the block runs over it once,
//! and the results come back per row.
use super::evaluate::{Frame, Machine, NO_ROWS};
use super::program::{Each, Instruction, Quantifier, Ref};
use super::rows::{bool_at, elements, repeat, status, value_at};
use super::types::Status;
use super::vector::Vector;

/// So many elements of lists are looked at in one go.
const ELEMENTS_PER_BATCH: usize = 4096;

impl Machine<'_> {
    /// Runs a loop.
    pub(super) fn each(
        &mut self,
        each: &Each,
        step: &Instruction,
        frame: &Frame,
        level: usize,
        rows: usize,
        out: &mut Vector,
    ) {
        let Some((list, captures)) = step.arguments.split_first() else {
            return;
        };
        let list = frame.get(*list, self.constants);
        let inner = level.saturating_add(1);
        while self.frames.len() <= inner {
            self.frames.push(Frame::default());
        }
        let mut from = 0;
        while from < rows {
            let mut batch = self.frames.get_mut(inner).map(std::mem::take).unwrap_or_default();
            let until = self.gather(each, list, captures, frame, (from, rows), &mut batch);
            let count = batch.owners.len();
            if let Some(place) = self.frames.get_mut(inner) {
                *place = batch;
            }
            self.run(&each.block, inner, count);
            let mut at = 0_usize;
            for row in from..until {
                let elements = elements(list, row, each.keys).map_or(0, Iterator::count);
                let end = at.saturating_add(elements);
                self.reduce(each, list, row, (inner, at..end), out);
                at = end;
            }
            from = until;
        }
    }

    /// Lays out the elements of some rows one after the other; the rows behind those are left for the next batch.
    fn gather(
        &mut self,
        each: &Each,
        list: &Vector,
        captures: &[Ref],
        frame: &Frame,
        (from, rows): (usize, usize),
        batch: &mut Frame,
    ) -> usize {
        batch.owners.clear();
        batch.parameters.resize_with(captures.len().saturating_add(1), Vector::default);
        let mut until = from;
        let mut element = batch.parameters.first_mut().map(std::mem::take).unwrap_or_default();
        element.reset(each.element.class());
        while until < rows && (until == from || batch.owners.len() < ELEMENTS_PER_BATCH) {
            for value in elements(list, until, each.keys).into_iter().flatten() {
                element.push_value(value, self.texts);
                batch.owners.push(until);
            }
            until = until.saturating_add(1);
        }
        element.settle(each.element.class(), batch.owners.len(), Status::NOT_CONVERTIBLE);
        if let Some(place) = batch.parameters.first_mut() {
            *place = element;
        }
        for (place, at) in batch.parameters.iter_mut().skip(1).zip(captures) {
            repeat(frame.get(*at, self.constants), &batch.owners, place);
        }
        until
    }

    fn reduce(
        &mut self,
        each: &Each,
        list: &Vector,
        row: usize,
        (inner, range): (usize, std::ops::Range<usize>),
        out: &mut Vector,
    ) {
        let fault = status(list, row);
        if !fault.is_ok() {
            return out.push_status(fault);
        }
        let frame = self.frames.get(inner);
        let results = frame.map_or(&NO_ROWS, |frame| frame.get(each.block.result, self.constants));
        let flags = range.clone().map(|at| (status(results, at), bool_at(results, at)));
        let first_fault = flags.clone().map(|(status, _)| status).find(|status| !status.is_ok());
        let decides = |wanted: bool| flags.clone().any(|(status, value)| status.is_ok() && value == wanted);
        match (each.quantifier, first_fault) {
            (Quantifier::All, _) if decides(false) => out.push_bool(false),
            (Quantifier::Exists, _) if decides(true) => out.push_bool(true),
            (_, Some(fault)) => out.push_status(fault),
            (Quantifier::All, None) => out.push_bool(true),
            (Quantifier::Exists, None) => out.push_bool(false),
            (Quantifier::ExistsOne, None) => out.push_bool(flags.filter(|(_, value)| *value).count() == 1),
            (Quantifier::Map, None) => {
                out.push_list(range.map(|at| value_at(results, at, &each.result, &*self.texts)).collect());
            }
            (Quantifier::Filter, None) => {
                let kept = elements(list, row, each.keys).into_iter().flatten().zip(flags);
                out.push_list(kept.filter(|(_, (_, keep))| *keep).map(|(value, _)| value.clone()).collect());
            }
        }
    }
}
