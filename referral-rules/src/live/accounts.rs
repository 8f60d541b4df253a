//! Who referred an account, kept for programs that ask for circles or recruiters: one state per account, walked from referrer
//! to referrer.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::forms::AccountBody;
use super::gather::Wanted;
use super::key::{Key, States};
use super::small::Small;
use crate::base::limits::CIRCLE_ACCOUNTS_MAX;
use crate::base::{compare_ids, index};
use crate::book::Book;
use crate::program::Program;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A referral between two accounts, by its place in the order of submission.
#[derive(Clone, Copy)]
pub struct Link<'a> {
    /// When it was submitted.
    pub submitted: i64,
    /// Its id.
    pub id: &'a str,
    /// The account that refers.
    pub referrer: &'a str,
    /// The account that is referred.
    pub referee: &'a str,
}

impl<'a> Link<'a> {
    /// The link that a referral makes; `None` if it does not name two accounts.
    pub fn of(book: &'a Book, referral: u32) -> Option<Self> {
        let (referrals, row) = (&book.referrals, index(referral));
        let text = |column: &[crate::base::TextId]| column.get(row).map(|id| book.text(*id));
        let out = Self {
            submitted: referrals.submitted_at.get(row).copied()?,
            id: text(&referrals.id)?,
            referrer: text(&referrals.referrer)?,
            referee: text(&referrals.referee)?,
        };
        (referrals.referee_given.get(row) == Some(&true) && !out.referrer.is_empty()).then_some(out)
    }

    /// Both accounts as keys.
    pub fn keys(&self) -> [Key; 2] {
        [Key::Account(self.referrer.to_owned()), Key::Account(self.referee.to_owned())]
    }

    /// How a submission stands to this one in the order of submissions.
    fn order_of(&self, submitted: i64, id: &str) -> Ordering {
        submitted.cmp(&self.submitted).then_with(|| compare_ids(id, self.id))
    }
}

/// The accounts that a step walks over.
#[derive(Default)]
pub struct Accounts {
    bodies: BTreeMap<String, AccountBody>,
    touched: BTreeSet<String>,
}

impl Accounts {
    /// Whether a referral closes a circle with those accepted before it. The accounts on the way remember that it asked.
    pub fn closes(&mut self, link: Link<'_>) -> bool {
        let mut walked = vec![link.referrer.to_owned()];
        let mut seen: BTreeSet<String> = walked.iter().cloned().collect();
        let mut at = 0_usize;
        while let Some(account) = walked.get(at).cloned() {
            let body = self.bodies.entry(account.clone()).or_default();
            let earlier = |asked: &(i64, String)| link.order_of(asked.0, &asked.1) == Ordering::Less;
            if body.asked.as_ref().is_none_or(earlier) {
                body.asked = Some((link.submitted, link.id.to_owned()));
                self.touched.insert(account.clone());
            }
            for (submitted, id, before) in &body.referred_by {
                let ended = body.taken_over.get(id).is_some_and(|(at, by)| link.order_of(*at, by) == Ordering::Less);
                if link.order_of(*submitted, id) != Ordering::Less || ended {
                    continue;
                }
                if before == link.referee {
                    return true;
                }
                if walked.len() < CIRCLE_ACCOUNTS_MAX && seen.insert(before.clone()) {
                    walked.push(before.clone());
                }
            }
            at = at.saturating_add(1);
        }
        false
    }

    /// Who had recruited an account before a submission: the referrer of its first accepted referral. The account remembers that
    /// it was asked.
    pub fn recruiter(&mut self, account: &str, submitted: i64, id: &str) -> Option<String> {
        let body = self.bodies.entry(account.to_owned()).or_default();
        let order = |at: i64, other: &str| at.cmp(&submitted).then_with(|| compare_ids(other, id));
        if body.asked.as_ref().is_none_or(|asked| order(asked.0, &asked.1) == Ordering::Less) {
            body.asked = Some((submitted, id.to_owned()));
            self.touched.insert(account.to_owned());
        }
        let ended = |link: &str| body.taken_over.get(link).is_some_and(|(at, by)| order(*at, by) != Ordering::Greater);
        let mut before = body.referred_by.iter().take_while(|(at, link, _)| order(*at, link) == Ordering::Less);
        before
            .find(|(_, link, recruiter)| recruiter != account && !ended(link))
            .map(|(.., recruiter)| recruiter.clone())
    }

    /// All accounts that are spoken of.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bodies.values().flat_map(|body| &body.referred_by).map(|(.., account)| account.as_str())
    }

    /// Takes up an account, whatever is known of it.
    pub fn touch_one(&mut self, account: &str) {
        self.bodies.entry(account.to_owned()).or_default();
        self.touched.insert(account.to_owned());
    }

    /// Takes up both accounts of a referral, whatever is known of them.
    pub fn touch(&mut self, link: Link<'_>) {
        self.touch_one(link.referrer);
        self.touch_one(link.referee);
    }

    /// Adds an accepted referral. True if a later submission has asked by whom the account was referred: then it is late.
    pub fn add(&mut self, link: Link<'_>) -> bool {
        let body = self.bodies.entry(link.referee.to_owned()).or_default();
        let place = body.referred_by.partition_point(|(at, id, _)| link.order_of(*at, id) == Ordering::Less);
        body.referred_by.insert(place, (link.submitted, link.id.to_owned(), link.referrer.to_owned()));
        self.touched.insert(link.referee.to_owned());
        let later = |asked: &(i64, String)| link.order_of(asked.0, &asked.1) == Ordering::Greater;
        body.asked.as_ref().is_some_and(later)
    }

    /// An accepted referral leads on no more: another one, submitted at an instant, took its claims over. True if a later submission
    /// has asked by whom the account was referred: then it is late.
    pub fn end(&mut self, link: Link<'_>, at: i64, by: &str) -> bool {
        let body = self.bodies.entry(link.referee.to_owned()).or_default();
        body.taken_over.insert(link.id.to_owned(), (at, by.to_owned()));
        self.touched.insert(link.referee.to_owned());
        let later =
            |asked: &(i64, String)| asked.0.cmp(&at).then_with(|| compare_ids(&asked.1, by)) == Ordering::Greater;
        body.asked.as_ref().is_some_and(later)
    }

    /// The accounts whose state is another than before.
    pub fn changed(&self) -> impl Iterator<Item = (Key, &AccountBody)> {
        self.touched.iter().filter_map(|account| Some((Key::Account(account.clone()), self.bodies.get(account)?)))
    }
}

impl Small {
    /// Opens the accounts that new referrals may have to walk over; nothing for a program that asks for no
    /// circles and no recruiters.
    pub(super) fn open_accounts(&self, program: &Program, states: &States, wanted: &mut Wanted) -> Accounts {
        let mut out = Accounts::default();
        if !program.follows_accounts() {
            return out;
        }
        let fresh = self.fresh_rows();
        let links: Vec<Link<'_>> = fresh.iter().filter_map(|row| Link::of(&self.book, *row)).collect();
        let mut new: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for link in &links {
            new.entry(link.referee).or_default().push(link.referrer);
        }
        let mut open = |account: &str| -> Vec<String> {
            let body = out
                .bodies
                .entry(account.to_owned())
                .or_insert_with(|| wanted.open(program, states, Key::Account(account.to_owned())).unwrap_or_default());
            let new = new.get(account).into_iter().flatten().map(|before| (*before).to_owned());
            body.referred_by.iter().map(|(_, _, before)| before.clone()).chain(new).collect()
        };
        for row in fresh.iter().filter(|_| program.asks_for_recruiters()) {
            let referrer = self.book.text(self.book.referrals.referrer[index(*row)]);
            if !referrer.is_empty() {
                open(referrer);
            }
        }
        // Those who hold claims that new referrals may take over led on so far.
        for holder in
            (0..self.book.referrals.id.len()).map(crate::base::position).filter(|_| program.takes_claims_over())
        {
            if let Some(link) = Link::of(&self.book, holder) {
                open(link.referee);
            }
        }
        let mut too_long = BTreeSet::new();
        for link in &links {
            open(link.referee);
            if !program.asks_for_circles() {
                continue;
            }
            let mut seen = BTreeSet::new();
            let mut next = vec![link.referrer.to_owned()];
            while let Some(account) = next.pop() {
                if seen.contains(&account) {
                    continue;
                }
                // What the whole book says of a longer way is for the whole book to tell.
                if seen.len() >= CIRCLE_ACCOUNTS_MAX {
                    too_long.insert(Key::Account(link.referrer.to_owned()));
                    break;
                }
                next.extend(open(&account));
                seen.insert(account);
            }
        }
        wanted.history.extend(too_long);
        out
    }
}
