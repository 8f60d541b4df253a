//! Groups of a document become positions of rewards and campaigns.
use super::Compiling;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::program::compiled::{Group, Reward};
use crate::program::document::{self, Document, Members};

/// The groups of a version.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) rewards: Vec<Group>,
    pub(super) campaigns: Vec<Group>,
}

impl Compiling<'_> {
    pub(super) fn groups(&mut self, document: &Document, rewards: &[Reward]) -> Groups {
        let mut out = Groups::default();
        for (at, written) in document.groups.iter().enumerate() {
            let position = |found: Option<usize>| found.and_then(|position| u16::try_from(position).ok());
            match &written.members {
                Members::Rewards(members) => {
                    self.refuse_ledger_readers(at, members, document, rewards);
                    let find = |id: &Spanned<String>| {
                        position(document.rewards.iter().position(|reward| reward.id.value == id.value))
                    };
                    out.rewards.push(group(written, members.iter().filter_map(find).collect()));
                }
                Members::Campaigns(members) => {
                    let find = |id: &Spanned<String>| {
                        position(document.campaigns.iter().position(|campaign| campaign.id.value == id.value))
                    };
                    out.campaigns.push(group(written, members.iter().filter_map(find).collect()));
                }
            }
        }
        out
    }

    /// Which member of a group wins is settled before anything of the event is granted, so none may ask for that.
    fn refuse_ledger_readers(
        &mut self,
        group: usize,
        members: &[Spanned<String>],
        document: &Document,
        rewards: &[Reward],
    ) {
        for (at, id) in members.iter().enumerate() {
            let named = document.rewards.iter().zip(rewards).find(|(written, _)| written.id.value == id.value);
            if let Some((written, _)) = named.filter(|(_, reward)| reward.reads_ledger) {
                let (does, help) = match written.total {
                    Some(_) => ("goes by a running total", "take it out of the group, or state an amount"),
                    None => {
                        ("asks what was granted", "take it out of the group, or write its condition without `granted`")
                    }
                };
                let message = format!("`{}` {does}, so it cannot be one of a group", id.value);
                let fault = Diagnostic::error(Code::BadValue, id.span, message);
                self.diagnostics.push(fault.path(format!("group[{group}].rewards[{at}]")).help(help));
            }
        }
    }
}

fn group(written: &document::Group, members: Vec<u16>) -> Group {
    Group { members, wins: written.wins.value }
}
