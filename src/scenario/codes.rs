//! The codes of diagnostics: one list, with what each means and what to do. `docs/diagnostics.md` and `validate --explain` come from it.
//!
//! A number is never given to another mistake: one that is no longer reported stays in the list, and says so.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};

use super::diagnostics::Level;
use super::suggest::nearest;

/// An entry of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code.
    pub code: Code,
    /// As it is written: `E` for errors, `W` for warnings, and three digits.
    pub number: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// What that means and what to do about it.
    pub advice: &'static str,
}

macro_rules! codes {
    ($($name:ident = $number:literal, $title:literal, $advice:literal;)*) => {
        /// What a diagnostic is about, whatever its words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        /// Every code, in order.
        pub const CODES: &[CodeEntry] = &[$(CodeEntry { code: Code::$name, number: $number, title: $title, advice: $advice },)*];
    };
}

codes! {
    // Reading files.
    Unreadable = "E001", "a file cannot be read",
        "The scenario, or a file that it `extends`, is absent, empty, too large, no UTF-8 text, or the system refuses it. Names are relative to the file that states them.";
    NotToml = "E002", "this is not TOML",
        "The text breaks the rules of TOML. Text stands in double quotes, numbers stand without units and with a decimal point, dates begin with the year, and each key has a value.";
    GivenTwice = "E003", "a key or table is given twice in one file",
        "Remove one of the two. Only tables of a list (`[[event]]`) may repeat their header.";
    NumberTooLarge = "E004", "a number is too large or not finite",
        "Numbers are finite and at most 10^18 in size.";
    Extends = "E005", "`extends` does not lead to a scenario",
        "It names a file or a list of files, at most 256 in all, which do not lead back to the file itself.";
    OtherFormat = "E006", "the file is in another format",
        "Scenarios are TOML. The file looks like YAML, JSON or CSV.";
    TooDeep = "E007", "tables or lists are nested too deeply",
        "No table of the format is nested deeper than a few levels. Look for a bracket that is not closed, or a key with too many dots.";
    // Keys and values.
    UnknownKey = "E010", "a key that the format does not know",
        "Correct its spelling, or remove it. `docs/scenario-format.md` lists the keys of every table.";
    MissingKey = "E011", "a required key is missing",
        "Add the key that the message names.";
    WrongType = "E012", "a value of the wrong type",
        "A number, a text, a list or a table is expected where something else stands.";
    OutOfRange = "E013", "a value out of its range",
        "Bring it into the range that the message states. Shares are written as fractions: 40 % is 0.4.";
    UnknownWord = "E014", "a word that is not one of the choices",
        "Use one of the words that the message lists.";
    Exclusive = "E015", "keys that exclude each other",
        "Keep one of the two.";
    Misplaced = "E016", "a key that does not go with the others",
        "Some keys go only with some kinds of event, arrival or recovery. Remove it, or change what it does not go with.";
    Empty = "E017", "an empty text, list or table",
        "Write something, or leave the key out.";
    BadId = "E018", "an id with letters that are not allowed",
        "Letters, digits, `_` and `-` only, at most 80.";
    Reserved = "E019", "a reserved word as an id",
        "Tables and charts use the word for something else: `WLD` for the total of all places, `focus` for all places in focus, `all` for all sectors, `feed` for processors, `structural` and `several` for causes, `baseline` for the scenario without a policy. Choose another id.";
    Duplicate = "E020", "two tables with one address",
        "Give one of them another id, or put both into one table.";
    UnknownName = "E021", "a name that nothing has",
        "Correct its spelling, or define what it names. Countries go by their ISO code of three letters.";
    NameTaken = "E022", "an id that something else has",
        "Ids that stand in the same column of results must differ: choose another.";
    NoProvenance = "E023", "figures without a source or an assumption",
        "Add `source` or `assumption` to the table, or `assumption` at the top of the file.";
    NotADate = "E024", "not a date",
        "Dates are written \"2026\", \"2026-01\" or \"2026-01-15\", from the year 1900 to 2999.";
    // Distributions, shares and paths.
    UnknownDistribution = "E030", "a distribution that there is not",
        "Use one of those that `docs/scenario-format.md` lists.";
    Parameters = "E031", "parameters that do not determine the distribution",
        "Give one of the sets of parameters that the message names, and no others.";
    Impossible = "E032", "a distribution that cannot be",
        "The parameters contradict each other, e.g. an upper limit below the lower one.";
    OutsideRange = "E033", "a distribution that leaves the range of its key",
        "Choose one with limits: beta, uniform, triangular, PERT, or a normal with `low` and `high`.";
    TailTooLong = "E034", "a distribution that reaches too far",
        "Choose a smaller spread, a lighter tail or limits.";
    ShareSum = "E035", "shares that do not sum to 1",
        "The tolerance is 0.5 %. What is not listed belongs to OTH; shares are written as fractions.";
    Path = "E036", "a path over time that is not one",
        "`path` is a table of ascending dates with a number each; `factor` may stand beside it.";
    // How the parts hang together.
    NoSupply = "E040", "something is needed that nobody supplies",
        "Add `[shares.MATERIAL]` or a `[[supply]]` of it, or remove who needs it.";
    Circle = "E041", "something waits for itself",
        "Groups, recipes, by-products or events lead back to themselves. Break the circle.";
    NeverOpen = "E042", "a supply that closes before it opens",
        "Correct one of the two dates.";
    SameMaterial = "E043", "a by-product of its own material",
        "A by-product and its host make different materials.";
    Data = "E044", "data that cannot be used",
        "The table or CSV file that `data` names is absent, lacks what is asked for, or has a row that cannot be read. The message names file, line and column.";
    // Events.
    TouchesNothing = "E050", "an event or a limit that can never touch anything",
        "Nothing of what it hits exists. Correct its countries, materials, sectors, supplies or lanes.";
    OutsideTime = "E051", "an event outside the simulated time",
        "Move it inside, or lengthen `time.periods`.";
    TooMany = "E052", "an event that happens too often",
        "Rates are per year, times in months. Lower the rate, or choose a distribution with a lighter tail.";
    NotAShare = "E053", "a severity that is not a share",
        "A loss or restriction lies between 0 and 1; a surge or cost shock is a rise, 0.3 for 30 %.";
    NoInterval = "E054", "a time without length",
        "A window needs an end after its beginning, and a renewal times above 0.";
    Grouping = "E055", "an event that cannot be in this group",
        "A frailty needs events with rates; a copula at least two events that have what it ties; an event is in at most one of each.";
    Correlation = "E056", "correlations that cannot be",
        "Above -1 and below 1, as a symmetric, positive definite matrix with 1 on its diagonal.";
    NotInForce = "E057", "an event in force at the start that is over by then",
        "Its duration counts from `since` and is drawn given that it reaches beyond the start, which this one cannot. State a longer duration, a later date, or leave the event out.";
    HistoryNotWatched = "E058", "a rate from history of what is not watched",
        "Events are counted only over what `data/exposure.csv` and `data/watched.csv` list: minerals of countries with a large share of the world's output, some mines, from the year stated. Widen the question, lower `least_share`, or state a rate of your own with a source.";
    HistoryInsufficient = "E059", "a rate from history with too few events",
        "Events read in the press are no census, so few of them say nothing of the rate. Ask for more (a class in place of a kind, all minerals, more years), or state a rate of your own with a source.";
    // Addresses and policies.
    UnknownAddress = "E060", "an address that leads nowhere",
        "Correct its spelling. `docs/scenario-format.md` says how tables are addressed.";
    NotSettable = "E061", "a key that cannot be set",
        "`--set` and policies cannot change ids, the format, or what a file extends.";
    NotAnAssignment = "E062", "not `key=value`",
        "`--set` takes an address, `=` and a value: `--set event.ban.severity=0.5`.";
    UnknownPolicy = "E063", "a policy that there is not",
        "Correct its spelling; the policies are the `[[policy]]` of the file.";
    PolicyFrame = "E064", "a policy that changes what policies are compared by",
        "Policies are compared on the same draws, over the same time, for the same places. What belongs to the comparison is set in the scenario, or with `--set` for all policies.";
    Acknowledgement = "E065", "an acknowledgement that cannot be",
        "`acknowledge` takes the code of a warning, its address and a reason. Errors cannot be acknowledged.";
    // The model.
    ModelTooLarge = "E070", "the model is too large",
        "Use fewer countries, materials, events or periods.";
    OutOfReach = "E071", "a quantity larger than can be computed with",
        "Look for a growth rate, a recipe or a path that is too large.";
    NoNumbers = "E072", "a random element without workable numbers",
        "The parameters are possible in principle but not in floating-point numbers. Bring them nearer to one another.";
    // Warnings of the file.
    NeverHappens = "W001", "an event that can never happen",
        "Its probability or rate is 0. Acknowledge it where a policy or `--set` changes it, else remove it.";
    VeryOften = "W002", "an event that happens very often",
        "Rates are per year, times in months. Acknowledge it if it is meant.";
    NeverOpens = "W003", "a supply that opens after the simulated time",
        "It never produces. Correct the date, or lengthen `time.periods`.";
    Unused = "W004", "a material that nobody uses",
        "There is no demand for it and no recipe needs it. Remove it, or add who uses it.";
    FocusWithoutDemand = "W005", "a material in focus without final demand",
        "Only processors use it, so tables of final demand say nothing about it.";
    MemberBesideRegion = "W006", "a member of EU27 beside EU27 (no longer reported)",
        "EU27 beside members means the other members: nothing counts twice.";
    DataNote = "W007", "something about a data file",
        "The file is used, and the message says what was left out or is doubtful about it.";
    OriginsAbsent = "W008", "observed trade from countries without supply",
        "The scenario lists no supply of theirs, so their share is moved to others.";
    StartsShort = "W009", "a material that starts short",
        "Orders exceed undisrupted supply before any event. Raise supply, lower demand, or acknowledge it if the shortage is meant: results then report it as structural.";
    FarApart = "W010", "supply and demand far apart at the start",
        "They differ more than tenfold. Look for a unit (kt or kg for t), a recipe, or a missing user or supplier.";
    BeyondHorizon = "W011", "a time longer than the simulated time",
        "Durations and delays are months. To last to the end, leave `duration` out.";
    RateAboveOne = "W012", "a rate above 1",
        "Growth and rates are fractions: 4 % a year is 0.04. Acknowledge it if more than 100 % is meant.";
    ThreeDecimals = "W013", "a quantity with exactly three decimals",
        "`23.000` is 23, not 23 thousand: TOML has a decimal point. Write `23_000` or `23.0`.";
    LargeRise = "W014", "a rise of more than 200 %",
        "The severity of a surge or cost shock is a fraction: 30 % is 0.3. Acknowledge it if it is meant.";
    AlwaysActive = "W015", "an event that is expected to be active all the time",
        "Its rate times its duration is more than the time there is. Rates are per year: once in four years is 0.25.";
    UnlikelyElasticity = "W016", "an elasticity far from those that are observed",
        "An elasticity of -0.3 means that 1 % more price takes 0.3 % off demand. Look for a percentage.";
    UnlikelyMoney = "W017", "an amount of money that is unlikely in USD",
        "Prices are USD per tonne, value added USD a year, costs USD: not thousands or millions, nor USD per kilogram.";
    UnlikelyDays = "W018", "a stock of less than a day or more than three years",
        "`days` counts days of undisrupted orders. Look for months, years or tonnes.";
    UnlikelyRatio = "W019", "a ratio that is unlikely in tonnes per tonne",
        "Recipes and by-products are tonnes per tonne: not kilograms or grams.";
    UnlikelyFactor = "W020", "a factor far from 1",
        "A frailty has a mean of about 1, and `flexibility` rarely exceeds 3. Look for a percentage.";
    UnlikelyTime = "W021", "a time that is unlikely in its unit",
        "`lag_years` are years, `lead_time` is periods, and the simulated time is `periods` times `step`.";
    TradeMoves = "W022", "observed trade that output does not allow",
        "Sellers have less, or keep more, than the observed shares ask of them, so purchases move to others; the message says from what to what. Correct the shares or the output, or acknowledge it.";
    TradeStays = "W023", "observed trade that does not follow a changed supply",
        "Supply was changed, but the file that states the trade does not state the supply under which it was observed. State both in one file.";
    HardlyInForce = "W024", "an event that has lasted longer than it hardly ever does",
        "Of the durations stated, less than 1 % reach from `since` to the start. What has lasted so long tells of longer durations; acknowledge it if it is meant.";
    AcknowledgesNothing = "W030", "an acknowledgement of something that does not occur",
        "The warning has gone, or its address has changed. Remove the acknowledgement, or correct it.";
    // Warnings of results.
    NotIndependent = "W040", "intervals of a Sobol' design",
        "Standard errors do not know how evenly Sobol' points fill each other's gaps, so they are usually too wide. Use `latin_hypercube` where they matter.";
    TooFewTrials = "W041", "too few trials for some figures",
        "Fewer than ten trials are expected beyond them, so they are not reported. Raise `run.trials`.";
    NoShortfall = "W042", "no trial fell short",
        "That bounds the probability of a shortfall, and does not make it 0.";
    LooseMean = "W043", "a mean known loosely",
        "Its standard error is more than 5 % of it. Raise `run.trials`.";
    Structural = "W044", "demand is short without any event",
        "Supply falls behind demand in the simulated time. Acknowledge it if that is meant.";
}

/// When it is known whether a warning occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// When the file is checked.
    File,
    /// When the model is compiled.
    Model,
    /// When there are results.
    Result,
}

impl Code {
    /// Its entry in the list.
    pub fn entry(self) -> &'static CodeEntry {
        &CODES[self as usize]
    }

    /// `E012` or `W003`.
    pub fn number(self) -> &'static str {
        self.entry().number
    }

    /// Whether it is an error or a warning.
    pub fn level(self) -> Level {
        if self.number().starts_with('E') {
            Level::Error
        } else {
            Level::Warning
        }
    }

    /// When it is known whether it occurs.
    pub fn stage(self) -> Stage {
        match self {
            Code::OriginsAbsent | Code::TradeMoves | Code::StartsShort | Code::FarApart => Stage::Model,
            Code::NotIndependent | Code::TooFewTrials | Code::NoShortfall | Code::LooseMean | Code::Structural => {
                Stage::Result
            }
            _ => Stage::File,
        }
    }

    /// The code with this number, in upper or lower case.
    pub fn of(number: &str) -> Option<Code> {
        let number = number.trim();
        let mut codes = CODES.iter();
        codes
            .find(|entry| entry.number.eq_ignore_ascii_case(number))
            .map(|entry| entry.code)
    }

    /// The number that was probably meant.
    pub fn meant(number: &str) -> Option<&'static str> {
        nearest(number, CODES.iter().map(|entry| entry.number)).and_then(|meant| Code::of(meant).map(Code::number))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.number())
    }
}

/// `docs/diagnostics.md`.
pub fn diagnostics_reference() -> String {
    let mut page = include_str!("codes_intro.md").to_string();
    for (title, level) in [("Errors", Level::Error), ("Warnings", Level::Warning)] {
        let _ = writeln!(page, "\n## {title}\n\n| code | what | what to do |\n|---|---|---|");
        for entry in CODES.iter().filter(|entry| entry.code.level() == level) {
            let _ = writeln!(page, "| {} | {} | {} |", entry.number, entry.title, entry.advice);
        }
    }
    page
}
