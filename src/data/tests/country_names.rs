//! Names of countries: the right code, or none.

use std::collections::BTreeMap;

use super::csv::{one, percent, read};
use crate::data::*;

fn code(text: &str) -> Option<&'static str> {
    match country_meant(text) {
        Some(CountryMeant::One(code)) => Some(code),
        Some(CountryMeant::Rest) => Some("OTH"),
        Some(CountryMeant::Total) => Some("WLD"),
        _ => None,
    }
}

#[test]
fn names_of_publishers_and_people() {
    for (name, right) in [
        ("Congo (Kinshasa)", "COD"),
        ("Congo (Brazzaville)", "COG"),
        ("Congo, Dem. Rep.", "COD"),
        ("Congo, Rep.", "COG"),
        ("Dem. Rep. of the Congo", "COD"),
        ("Democratic Republic of the Congo", "COD"),
        ("Congo, Democratic Republic of the", "COD"),
        ("DRC", "COD"),
        ("DR Congo", "COD"),
        ("Korea, Republic of", "KOR"),
        ("Republic of Korea", "KOR"),
        ("Korea, Rep.", "KOR"),
        ("Korea, North", "PRK"),
        ("Korea, Dem. People\u{2019}s Rep.", "PRK"),
        ("South Korea", "KOR"),
        ("UK", "GBR"),
        ("Great Britain", "GBR"),
        ("Viet Nam", "VNM"),
        ("VIETNAM", "VNM"),
        ("GER", "DEU"),
        ("T\u{fc}rkiye", "TUR"),
        ("Tu\u{308}rkiye", "TUR"),
        ("Turkey", "TUR"),
        ("C\u{f4}te d'Ivoire", "CIV"),
        ("C\u{f4}te d\u{2019}Ivoire", "CIV"),
        ("Cote d`Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("Burma", "MMR"),
        ("Swaziland", "SWZ"),
        ("Holland", "NLD"),
        ("The Netherlands", "NLD"),
        ("Czech Republic", "CZE"),
        ("Russian Federation", "RUS"),
        ("Iran (Islamic Rep. of)", "IRN"),
        ("Iran, Islamic Republic of", "IRN"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Venezuela, RB", "VEN"),
        ("Lao PDR", "LAO"),
        ("Other Asia, nes", "TWN"),
        ("Taiwan, Province of China", "TWN"),
        ("China, Hong Kong SAR", "HKG"),
        ("Areas, nes", "OTH"),
        ("Special Categories", "OTH"),
        ("Free Zones", "OTH"),
        ("Bunkers", "OTH"),
        ("Rest of World", "OTH"),
        ("Other countries", "OTH"),
        ("World total (rounded)", "WLD"),
        ("World", "WLD"),
        ("Deutschland", "DEU"),
        ("Allemagne", "DEU"),
        ("Alemania", "DEU"),
        ("\u{d6}sterreich", "AUT"),
        ("\u{c9}tats-Unis", "USA"),
        ("Estados Unidos", "USA"),
        ("U.S.A.", "USA"),
        ("United States of America", "USA"),
        ("P.R. China", "CHN"),
        ("China e/", "CHN"),
        ("China (1)", "CHN"),
        ("China\u{b9}", "CHN"),
        ("China*", "CHN"),
        ("United States(1)", "USA"),
        ("United States1", "USA"),
        ("European Union", "EU27"),
        ("usa", "USA"),
        ("DE", "DEU"),
        ("156", "CHN"),
        ("4", "AFG"),
        ("004", "AFG"),
        ("842", "USA"),
        ("757", "CHE"),
        ("756", "CHE"),
        ("579", "NOR"),
        ("578", "NOR"),
        ("251", "FRA"),
        ("250", "FRA"),
        ("699", "IND"),
        ("356", "IND"),
        ("381", "ITA"),
        ("380", "ITA"),
        ("490", "TWN"),
        ("899", "OTH"),
        ("0", "WLD"),
        ("ROM", "ROU"),
        ("ZAR", "COD"),
    ] {
        assert_eq!(code(name), Some(right), "{name}");
    }
}

#[test]
fn nothing_is_guessed() {
    for name in [
        "Congo",
        "Korea",
        "CHI",
        "Virgin Islands",
        "Saint Martin",
        "Czechoslovakia",
        "USSR",
        "Yugoslavia",
        "Sudan (Former)",
        "Belgium-Luxembourg",
        "Serbia and Montenegro",
        "Channel Islands",
        "492",
        "Republic of China",
    ] {
        assert!(
            matches!(country_meant(name), Some(CountryMeant::Several(_))),
            "{name}: {:?}",
            country_meant(name)
        );
        assert!(
            country_advice(name).unwrap().contains("more than one country"),
            "{name}"
        );
    }
    for name in [
        "EU28",
        "XYZ",
        "CNH",
        "GRM",
        "UKX",
        "Africa",
        "Total Africa",
        "Asia",
        "ASEAN",
        "",
        "-",
        "999",
        "Nigera",
    ] {
        assert_eq!(country_meant(name), None, "{name}");
        assert_eq!(country_nearly(name), None, "{name}");
    }
    assert_eq!(
        country_advice("Congo").unwrap(),
        "it fits more than one country: write COD (DR Congo) or COG (Congo)"
    );
}

#[test]
fn typing_errors_in_long_names_only() {
    for (name, right) in [
        ("Germny", "DEU"),
        ("Untied States", "USA"),
        ("Indonesa", "IDN"),
        ("Phillipines", "PHL"),
        ("Kazakstan", "KAZ"),
    ] {
        assert_eq!(country_nearly(name), Some(right), "{name}");
    }
    for name in ["DRX", "Irak", "Nigera", "Austrlia", "Slovania", "Dominca", "UKR1"] {
        let near = country_nearly(name);
        assert!(
            near.is_none() || name == "Dominca" && near == Some("DMA"),
            "{name}: {near:?}"
        );
    }
}

/// What the table says of a name is what the name means: no name is two countries', however it is folded.
#[test]
fn every_listed_name_means_what_the_table_says() {
    let table = table("country_names.csv").unwrap();
    let mut seen: BTreeMap<String, (String, String)> = BTreeMap::new();
    for row in table.records() {
        let [name, codes, what, source] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert!(!source.is_empty(), "{name}");
        let meant = match country_meant(name) {
            Some(CountryMeant::One(code)) => (code.to_owned(), "country"),
            Some(CountryMeant::Several(all)) => (all.join(";"), "several"),
            Some(CountryMeant::Rest) => ("OTH".to_owned(), "rest"),
            Some(CountryMeant::Total) => ("WLD".to_owned(), "total"),
            None => panic!("{name}"),
        };
        assert_eq!(meant, (codes.clone(), what.as_str()), "{name}");
        for code in codes.split(';') {
            assert!(country_name(code).is_some(), "{name}: {code}");
        }
        let plain = crate::data::country_names::plain(name);
        if let Some((first, other)) = seen.insert(plain, (name.clone(), codes.clone())) {
            assert_eq!(&other, codes, "{name} and {first}");
        }
    }
    assert!(seen.len() > 1200, "{}", seen.len());
}

#[test]
fn every_country_goes_by_its_own_name_code_and_four_languages() {
    let table = table("country_names.csv").unwrap();
    let mut languages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table.records() {
        languages.entry(row[1].clone()).or_default().push(row[3].clone());
    }
    let unclear = ["COG", "MAF"];
    for row in countries() {
        assert_eq!(code(&row.code), Some(row.code.as_str()));
        if row.code == "OTH" || row.code == "WLD" {
            continue;
        }
        if !unclear.contains(&row.code.as_str()) {
            assert_eq!(code(&row.name), Some(row.code.as_str()), "{}", row.name);
        }
        // Names that are alike in two languages are listed once.
        let own = languages.get(&row.code).map_or(&[][..], Vec::as_slice);
        assert!(
            own.iter().any(|source| source.starts_with("Unicode CLDR")) || unclear.contains(&row.code.as_str()),
            "{}",
            row.code
        );
    }
    assert_eq!(countries().len(), 249 + 4, "ISO 3166-1, Kosovo, EU27, OTH and WLD");
}

#[test]
fn names_are_taken_in_csv_with_one_note() {
    let text = "country,quantity_t,source\n\
                Congo (Kinshasa),220000,a\n\
                \"Korea, Republic of\",100,a\n\
                T\u{fc}rkiye,100,a\n\
                C\u{f4}te d'Ivoire,100,a\n\
                World total (rounded),220300,a\n";
    let table = read(text).unwrap();
    assert_eq!(percent(&table), ["COD 99.9", "KOR 0.0", "TUR 0.0", "CIV 0.0"]);
    assert_eq!(
        table.warnings,
        [
            "my.csv: taken as codes: `Congo (Kinshasa)` as COD, `C\u{f4}te d'Ivoire` as CIV, `Korea, Republic of` as KOR, \
          `T\u{fc}rkiye` as TUR, `World total (rounded)` as WLD"
        ]
    );
    let text = "country,quantity_t,source\nRussian Federation,100,a\nBolivia (Plurinational State of),100,a\n\
                \"Other Asia, nes\",100,a\n\"Areas, nes\",100,a\n";
    let table = read(text).unwrap();
    assert_eq!(percent(&table), ["RUS 25.0", "BOL 25.0", "TWN 25.0", "OTH 25.0"]);
    let error = one(read("country,share\nTotal Africa,1\n"));
    assert_eq!(
        error.hint().unwrap(),
        "a total of some countries is no country: remove the row"
    );
    let error = one(read("country,share\nCongo,1\n"));
    assert_eq!(
        error.to_string(),
        "my.csv, line 2: `Congo` in the column `country` is not a country code"
    );
    assert!(error.hint().unwrap().contains("COD (DR Congo) or COG (Congo)"));
    assert_eq!(
        one(read("country,share\nGermny,1\n")).hint().unwrap(),
        "did you mean DEU (Germany)?"
    );
}

#[test]
fn the_rest_may_stand_in_several_rows() {
    let text = "country,quantity_t,source\nRUS,60,a\n\"Areas, nes\",30,a\nFree Zones,10,a\n";
    assert_eq!(percent(&read(text).unwrap()), ["RUS 60.0", "OTH 40.0"]);
    let error = one(read("country,quantity_t\nChina,60\nCHN,30\n"));
    assert_eq!(
        error.to_string(),
        "my.csv, line 3: `CHN` is listed twice; the first time on line 2"
    );
}

#[test]
fn a_scenarios_own_countries_go_first() {
    let wanted = Selection {
        own_countries: ["rest", "UK"].into(),
        ..Selection::default()
    };
    let table = shares_from_csv("my.csv", "country,share,source\nRest,0.5,a\nUK,0.5,a\n", &wanted).unwrap();
    assert_eq!(percent(&table), ["rest 50.0", "UK 50.0"]);
}
