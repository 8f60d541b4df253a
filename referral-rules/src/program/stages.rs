//! Which stage a referral may come to from which. The one table: the timeline goes by it, and so do warnings.
use super::compiled::EventKind;

impl EventKind {
    /// The stages that may follow this one; none for a declared kind, which is no stage. Skipping the opportunity is
    /// allowed; what is not listed cannot be.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::EventKind;
    /// assert_eq!(EventKind::CLOSED.followed_by(), [EventKind::DISQUALIFIED]);
    /// ```
    pub const fn followed_by(self) -> &'static [Self] {
        match self {
            Self::SUBMITTED => &[Self::QUALIFIED, Self::DISQUALIFIED, Self::LOST, Self::NURTURE, Self::EXPIRED],
            Self::QUALIFIED => {
                &[Self::OPPORTUNITY, Self::CLOSED, Self::DISQUALIFIED, Self::LOST, Self::NURTURE, Self::EXPIRED]
            }
            Self::OPPORTUNITY => &[Self::CLOSED, Self::DISQUALIFIED, Self::LOST, Self::NURTURE, Self::EXPIRED],
            Self::CLOSED => &[Self::DISQUALIFIED],
            Self::NURTURE => &[Self::QUALIFIED, Self::DISQUALIFIED, Self::LOST, Self::EXPIRED],
            _ => &[],
        }
    }
}
