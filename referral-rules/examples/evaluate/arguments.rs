//! The command's arguments.
use referral_rules::program::standard::{STANDARDS, Standard};

/// How the command is called.
pub const USAGE: &str = "\
usage: evaluate [--program FILE]... [--alternative NAME]...
                [--accounts FILE] [--referrals FILE] [--events FILE] [--confirmations FILE]
                [--booked FILE] [--opening-balances FILE] [--rates FILE] [--lists FILE]
                [--company FILE] [--notified FILE] [--figures FILE]
                [--as-of DATE|INSTANT] [--explain ID]... [--json]

  --program FILE           a program in .toml or .json; several are versions of one program;
                           or customer-referrals or partner-referrals, the standard programs;
                           without it, the one for customers
  --alternative NAME       chooses one of the standard program's alternatives, such as cash
  --accounts FILE ...      tables in .csv or .json; without any, the example book
  --as-of DATE|INSTANT     the moment of the answer: 2026-11-16 is the end of that day,
                           2026-11-16T12:00:00Z an instant; needed with tables of your own
  --explain ID             explains a referral, an entry or a referrer instead of the whole
  --json                   the whole answer as JSON

exit codes: 0 done, 1 the program or a file is wrong, 2 called wrongly";

/// The tables that may be given, by option, in the order of [`Arguments::tables`].
pub const TABLES: [&str; 11] = [
    "--accounts",
    "--referrals",
    "--events",
    "--confirmations",
    "--booked",
    "--opening-balances",
    "--rates",
    "--lists",
    "--company",
    "--notified",
    "--figures",
];

/// What was asked for.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Files of the program's versions, or the name of a standard program.
    pub programs: Vec<String>,
    /// Alternatives of the standard program.
    pub alternatives: Vec<String>,
    /// Files of tables, in the order of [`TABLES`].
    pub tables: [Option<String>; 11],
    /// The moment of the answer.
    pub as_of: Option<String>,
    /// What to explain.
    pub explain: Vec<String>,
    /// JSON instead of text.
    pub json: bool,
}

/// Help, or a run.
#[derive(Debug)]
pub enum Asked {
    /// How the command is called.
    Help,
    /// A run.
    Run(Box<Arguments>),
}

impl Arguments {
    /// Reads the arguments behind the command's name.
    pub fn parse(given: impl Iterator<Item = String>) -> Result<Asked, String> {
        let mut out = Self::default();
        let mut given = given;
        while let Some(argument) = given.next() {
            let (option, attached) = match argument.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
                _ => (argument, None),
            };
            match option.as_str() {
                "--help" | "-h" => return Ok(Asked::Help),
                "--json" if attached.is_none() => {
                    out.json = true;
                    continue;
                }
                _ => {}
            }
            let table = TABLES.iter().position(|table| *table == option);
            let known =
                table.is_some() || ["--program", "--alternative", "--as-of", "--explain"].contains(&option.as_str());
            if !known {
                return Err(format!("error: `{}` is no option", referral_rules::diag::shown(&option)));
            }
            let Some(value) = attached.or_else(|| given.next()) else {
                return Err(format!("error: `{option}` needs a value"));
            };
            match (option.as_str(), table.and_then(|table| out.tables.get_mut(table))) {
                (_, Some(slot)) => set(slot, value, &option)?,
                ("--program", _) => out.programs.push(value),
                ("--alternative", _) => out.alternatives.push(value),
                ("--as-of", _) => set(&mut out.as_of, value, &option)?,
                _ => out.explain.push(value),
            }
        }
        out.check()
    }

    fn check(self) -> Result<Asked, String> {
        if self.standard().is_none() && !self.alternatives.is_empty() {
            return Err("error: `--alternative` belongs to a standard program; leave your own out".to_owned());
        }
        if self.json && !self.explain.is_empty() {
            return Err("error: `--explain` is text; leave `--json` out".to_owned());
        }
        if !self.is_example_book() && self.as_of.is_none() {
            let help = "such as `--as-of 2026-11-16`: the answer depends on nothing but what you give";
            return Err(format!("error: say as of when, {help}"));
        }
        Ok(Asked::Run(Box::new(self)))
    }

    /// The standard program that is meant, if it is one.
    pub fn standard(&self) -> Option<&'static Standard> {
        match self.programs.as_slice() {
            [] => STANDARDS.first(),
            [name] => Standard::named(name),
            _ => None,
        }
    }

    /// True when no table is given: the example book is used.
    pub fn is_example_book(&self) -> bool {
        self.tables.iter().all(Option::is_none)
    }

    /// True when nothing is given but alternatives: the example as it comes.
    pub fn is_example(&self) -> bool {
        self.is_example_book() && self.standard().is_some() && self.as_of.is_none()
    }
}

fn set(slot: &mut Option<String>, value: String, option: &str) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("error: `{option}` is given twice")),
    }
}
