//! Units of quantities, as tables write them. Only masses are known; what may be two things is refused with what to write.

/// A unit of mass, and what the mass is of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Unit {
    /// Tonnes in one unit.
    pub tonnes: f64,
    /// What it is of, such as `co content` or `gross weight`: words in lower case, sorted. Empty if it does not say.
    pub of: String,
}

const PARTS_OF_A_YEAR: &[&str] = &[
    "month", "months", "mo", "day", "d", "days", "week", "weeks", "quarter", "hour", "h", "monat", "tag", "mois", "mes",
];

/// Reads a unit: a number or word of scale, a mass, what it is of, and `per year` in any order after the mass.
pub(super) fn read(text: &str) -> Result<Unit, String> {
    let spaced: String = text.replace("metric.", "metric");
    let (scale, rest) = leading_number(spaced.trim()).ok_or_else(|| unknown(text))?;
    let separated: String = rest
        .chars()
        .flat_map(|letter| match letter {
            '(' | ')' | '[' | ']' | ',' | ';' | '_' | ':' => vec![' '],
            '/' => vec![' ', '/', ' '],
            _ if letter.is_whitespace() => vec![' '],
            _ => vec![letter],
        })
        .collect();
    let words: Vec<&str> = separated.split_whitespace().collect();
    let mut words = words.as_slice();
    let mut tonnes = scale;
    while let [first, rest @ ..] = words {
        match scale_word(&first.to_lowercase()) {
            Some(factor) => tonnes *= factor,
            None if ["de", "of", "d'"].contains(&first.to_lowercase().as_str()) => {}
            None => break,
        }
        words = rest;
    }
    let mut of: Vec<String> = Vec::new();
    if let [first @ ("dry" | "wet" | "Dry" | "Wet"), rest @ ..] = words {
        of.push(first.to_lowercase());
        words = rest;
    }
    let (mass, used) = mass(words).ok_or_else(|| unknown(text))??;
    tonnes *= mass.tonnes;
    if !mass.of.is_empty() {
        of.push(mass.of);
    }
    let mut rest = words[used..].iter().map(|word| word.to_lowercase());
    let mut first = true;
    while let Some(word) = rest.next() {
        let directly = std::mem::take(&mut first);
        match word.as_str() {
            "/" | "per" | "pro" | "par" | "por" | "a" => match rest.next().as_deref() {
                Some("yr" | "y" | "a" | "year" | "annum" | "jahr" | "an" | "año" | "annual") => {}
                Some(time) if PARTS_OF_A_YEAR.contains(&time) => {
                    return Err(format!("`{text}` is not per year: quantities are those of a year"));
                }
                Some(other) if !directly || word == "a" => of.extend([word, other.to_owned()]),
                _ => return Err(unknown(text)),
            },
            "p.a." | "annually" | "yearly" => {}
            "monthly" | "daily" | "weekly" => {
                return Err(format!("`{text}` is not per year: quantities are those of a year"));
            }
            "of" | "in" | "as" | "the" => {}
            "contained" | "contents" => of.push("content".to_owned()),
            _ => of.push(word),
        }
    }
    of.sort_unstable();
    Ok(Unit {
        tonnes,
        of: of.join(" "),
    })
}

fn unknown(text: &str) -> String {
    format!(
        "`{text}` is no known unit of mass: write t, kt, kg, lb, short tons or long tons, or give shares instead of quantities"
    )
}

/// `1,000`, `10^3`, `10³` or `'000` in front of a unit, and the rest.
fn leading_number(text: &str) -> Option<(f64, &str)> {
    for (power, scale) in [
        ("10^3", 1e3),
        ("10³", 1e3),
        ("1e3", 1e3),
        ("10^6", 1e6),
        ("10⁶", 1e6),
        ("1e6", 1e6),
    ] {
        if let Some(rest) = text.strip_prefix(power) {
            return Some((scale, rest));
        }
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit() && ![',', '.', '\'', '\u{2019}', ' ', '\u{a0}'].contains(&c))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let number = number.trim();
    if number.is_empty() {
        return Some((1.0, text));
    }
    let groups: Vec<&str> = number.split(|c: char| !c.is_ascii_digit()).collect();
    if groups[1..].iter().any(|group| group.len() != 3) {
        return None;
    }
    let digits = groups.concat();
    // '000 leaves the 1 away.
    let zeros = if groups[0].is_empty() {
        digits.as_str()
    } else {
        digits.strip_prefix('1')?
    };
    if zeros.len() > 9 || !zeros.bytes().all(|byte| byte == b'0') {
        return None;
    }
    let scale = zeros.bytes().fold(1.0, |scale, _| 10.0 * scale);
    Some((scale, rest))
}

fn scale_word(word: &str) -> Option<f64> {
    Some(match word {
        "thousand" | "thousands" | "tsd" | "tsd." | "tausend" | "millier" | "milliers" | "miles" | "mil" => 1e3,
        "million" | "millions" | "mio" | "mio." | "mln" | "mn" | "millionen" | "millón" | "millones" => 1e6,
        "billion" | "billions" | "milliarden" | "mrd" | "mrd." | "milliard" | "milliards" => 1e9,
        "hundred" | "hundreds" => 100.0,
        _ => return None,
    })
}

const POUND: f64 = 0.000_453_592_37;

/// The mass that the words begin with, and how many words it takes.
fn mass(words: &[&str]) -> Option<Result<(Unit, usize), String>> {
    let plain = |tonnes: f64, used: usize| {
        Some(Ok((
            Unit {
                tonnes,
                of: String::new(),
            },
            used,
        )))
    };
    let of = |tonnes: f64, of: &str| {
        Some(Ok((
            Unit {
                tonnes,
                of: of.to_owned(),
            },
            1,
        )))
    };
    let ton = |word: &str| ["ton", "tons", "tonne", "tonnes", "t"].contains(&word);
    let lower: Vec<String> = words.iter().take(2).map(|word| word.to_lowercase()).collect();
    match lower.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["metric", word] if ton(word) => return plain(1.0, 2),
        ["short", word] if ton(word) => return plain(2000.0 * POUND, 2),
        ["long", word] if ton(word) => return plain(2240.0 * POUND, 2),
        ["tonnes" | "tonne", "métriques" | "métrique"] | ["toneladas" | "tonelada", "métricas" | "métrica"] => {
            return plain(1.0, 2);
        }
        ["troy", "ounce" | "ounces" | "oz" | "oz."] => return plain(31.103_476_8e-6, 2),
        _ => {}
    }
    // Case matters for these: Mt is a million tonnes, mt often one metric ton.
    match *words.first()? {
        "Mt" => return plain(1e6, 1),
        "Gt" => return plain(1e9, 1),
        "Gg" => return plain(1e3, 1),
        "Tg" => return plain(1e6, 1),
        "Mg" => return plain(1.0, 1),
        "g" => return plain(1e-6, 1),
        "Mtpa" => return plain(1e6, 1),
        _ => {}
    }
    let first = lower.first()?.as_str();
    match first {
        "t" | "tonne" | "tonnes" | "tonnen" | "tonelada" | "toneladas" | "tpa" | "tpy" => plain(1.0, 1),
        "kt" | "kilotonne" | "kilotonnes" | "ktpa" | "ktpy" | "kmt" => plain(1e3, 1),
        "megatonne" | "megatonnes" | "mmt" => plain(1e6, 1),
        "dmt" => of(1.0, "dry"),
        "wmt" => of(1.0, "wet"),
        "kg" | "kgs" | "kilogram" | "kilograms" | "kilogramme" | "kilogrammes" | "kilogramm" | "kilogramos"
        | "kilo" | "kilos" => plain(1e-3, 1),
        "gram" | "grams" | "gramme" | "grammes" | "gramm" | "gramos" => plain(1e-6, 1),
        "lb" | "lbs" | "lb." | "lbs." | "pound" | "pounds" => plain(POUND, 1),
        "carat" | "carats" | "karat" | "karats" | "ct" | "cts" => plain(2e-7, 1),
        "ton" | "tons" => Some(Err(
            "a ton may be metric, short (US) or long (UK): write t, short tons or long tons".to_owned(),
        )),
        "mt" | "mtpa" => Some(Err(format!(
            "`{}` may be metric tons or million tonnes: write t or Mt",
            words[0]
        ))),
        "mg" | "gg" | "tg" | "mlb" | "mlbs" | "klb" | "oz" | "oz." | "ounce" | "ounces" => Some(Err(format!(
            "`{}` is not clear: write t, kg, thousand pounds, million pounds or troy ounces",
            words[0]
        ))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses() {
        for (text, tonnes, of) in [
            ("t", 1.0, ""),
            ("T", 1.0, ""),
            ("tonnes", 1.0, ""),
            ("metric tons", 1.0, ""),
            ("Metric tons, gross weight", 1.0, "gross weight"),
            ("t (Co content)", 1.0, "co content"),
            ("t of contained Co", 1.0, "co content"),
            ("t/yr", 1.0, ""),
            ("t per year", 1.0, ""),
            ("t/yr Co", 1.0, "co"),
            ("kt", 1e3, ""),
            ("kt REO", 1e3, "reo"),
            ("ktpa", 1e3, ""),
            ("thousand metric tons", 1e3, ""),
            ("Thousand tonnes", 1e3, ""),
            ("thousands of tonnes", 1e3, ""),
            ("1000 t", 1e3, ""),
            ("1,000 metric tons", 1e3, ""),
            ("10^3 t", 1e3, ""),
            ("'000 t", 1e3, ""),
            ("10 000 t", 1e4, ""),
            ("Mt", 1e6, ""),
            ("million t", 1e6, ""),
            ("Mio. t", 1e6, ""),
            ("milliers de tonnes", 1e3, ""),
            ("kg", 1e-3, ""),
            ("g", 1e-6, ""),
            ("lb", POUND, ""),
            ("million pounds", 1e6 * POUND, ""),
            ("short tons", 0.907_184_74, ""),
            ("thousand short tons", 907.184_74, ""),
            ("long tons", 1.016_046_908_8, ""),
            ("dmt", 1.0, "dry"),
            ("dry metric tons", 1.0, "dry"),
            ("Gg", 1e3, ""),
            (
                "t spherical/battery-grade incl. synthetic",
                1.0,
                "/ battery-grade incl. spherical synthetic",
            ),
        ] {
            let unit = read(text).unwrap();
            assert!((unit.tonnes / tonnes - 1.0).abs() < 1e-12, "{text}: {unit:?}");
            assert_eq!(unit.of, of, "{text}");
        }
    }

    #[test]
    fn what_is_no_mass_or_not_clear_is_refused_with_advice() {
        for (text, advice) in [
            ("GWh", "no known unit of mass"),
            ("m3", "no known unit of mass"),
            ("USD", "no known unit of mass"),
            ("USD/t", "no known unit of mass"),
            ("%", "no known unit of mass"),
            ("", "no known unit of mass"),
            ("7 t", "no known unit of mass"),
            ("tons", "short tons"),
            ("thousand tons", "short tons"),
            ("MT", "write t or Mt"),
            ("mt", "write t or Mt"),
            ("mg", "not clear"),
            ("t/month", "not per year"),
            ("t per day", "not per year"),
            ("kg/t", "no known unit of mass"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(advice), "{text}: {error}");
        }
    }
}
