//! Which colour a country, a group or a policy has.
//!
//! The countries of [`COUNTRIES`] look the same in every chart of every scenario. Every other place takes the look that its id stands for, or the next
//! one that nobody else in the run has; so it looks the same in every chart of a run, and mostly in those of other runs too. Eleven colours, plain,
//! striped or crossed, make 33 looks; lines, which have no stripes, differ by dashes and markers as well.

use std::collections::BTreeMap;

use super::style::{BASELINE, RGBColor};

/// The colours: all stand out from white by 3:1, and each from every other with full colour vision as without red (protanopia) or green
/// (deuteranopia) receptors. Found by search for the largest smallest distance; the tests below hold them to it.
pub(super) const PALETTE: [RGBColor; 11] = [
    RGBColor(0xE1, 0x0F, 0x3C),
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x3C, 0x00, 0x96),
    RGBColor(0xC3, 0x69, 0xE1),
    RGBColor(0x00, 0x78, 0x3C),
    RGBColor(0xC3, 0x78, 0x69),
    RGBColor(0x5A, 0x1E, 0x00),
    RGBColor(0xA5, 0x0F, 0x69),
    RGBColor(0x1E, 0x69, 0xFF),
    RGBColor(0x0F, 0x00, 0xFF),
];

/// What lies over a colour in bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Texture {
    /// Nothing.
    Plain,
    /// White stripes from the lower left to the upper right.
    Striped,
    /// White stripes both ways.
    Crossed,
}

const TEXTURES: [Texture; 3] = [Texture::Plain, Texture::Striped, Texture::Crossed];

/// Colour and texture of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// The colour, of bars and lines.
    pub color: RGBColor,
    /// The texture, of bars.
    pub texture: Texture,
}

/// Countries whose look never changes: the main producers and users of critical minerals, those that are shown most often first. The position is
/// the look: the first eleven are plain, in the order of the palette, the next striped, the last crossed.
const COUNTRIES: [&str; 33] = [
    "CHN", "USA", "IND", "EU27", "JPN", "KOR", "AUS", "COD", "IDN", "CHL", "CAN", // plain
    "RUS", "ZAF", "BRA", "DEU", "PHL", "GBR", "KAZ", "NOR", "ARG", "MYS", "VNM", // striped
    "MEX", "PER", "TUR", "FRA", "THA", "MMR", "SAU", "MDG", "GIN", "NCL", "MOZ", // crossed
];

/// Number of looks.
const LOOKS: usize = COUNTRIES.len();

fn look(number: usize) -> Look {
    Look {
        color: PALETTE[number % PALETTE.len()],
        texture: TEXTURES[number / PALETTE.len() % TEXTURES.len()],
    }
}

/// The looks of all places of a run.
#[derive(Debug, Default)]
pub(super) struct Looks<'a>(BTreeMap<&'a str, usize>);

impl<'a> Looks<'a> {
    /// `leading` are shown most, as lines too: as long as there are enough, no two of them have one colour.
    pub(super) fn new(leading: impl Iterator<Item = &'a str>, others: impl Iterator<Item = &'a str>) -> Looks<'a> {
        let mut places: Vec<(&str, bool)> = leading.map(|id| (id, true)).collect();
        let mut rest: Vec<&str> = others.collect();
        rest.sort_unstable();
        places.extend(rest.into_iter().map(|id| (id, false)));
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        let mut used = [false; LOOKS];
        let mut led = [false; PALETTE.len()];
        for &(id, leads) in &places {
            if let Some(number) = COUNTRIES.iter().position(|country| *country == id) {
                taken.insert(id, number);
                used[number] = true;
                led[number % PALETTE.len()] |= leads;
            }
        }
        for &(id, leads) in &places {
            if taken.contains_key(id) {
                continue;
            }
            let first = hash(id) % LOOKS;
            let in_turn = || (0..LOOKS).map(|further| (first + further) % LOOKS);
            let number = in_turn()
                .find(|n| !(used[*n] || leads && led[n % PALETTE.len()]))
                .or_else(|| in_turn().find(|n| !used[*n]))
                .unwrap_or(first);
            taken.insert(id, number);
            used[number] = true;
            led[number % PALETTE.len()] |= leads;
        }
        Looks(taken)
    }

    /// The look of a place; dark grey for everyone together.
    pub(super) fn of(&self, id: &str) -> Look {
        let none = Look {
            color: BASELINE,
            texture: Texture::Plain,
        };
        self.0.get(id).map_or(none, |number| look(*number))
    }
}

/// A number that is the same for an id everywhere.
fn hash(id: &str) -> usize {
    let number = id
        .bytes()
        .fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    number as usize
}

/// Colours of some policies of a run, given by their numbers: the baseline's is dark grey, every other's depends on its number alone, unless
/// two in one chart would have the same.
pub(super) fn of_policies(numbers: &[usize]) -> Vec<RGBColor> {
    // The two that differ most come first.
    let order = [1, 2, 5, 4, 0, 9, 7, 8, 6, 3, 10];
    let mut used = [false; PALETTE.len()];
    numbers
        .iter()
        .map(|&number| {
            let Some(wanted) = number.checked_sub(1) else {
                return BASELINE;
            };
            let in_turn = (0..order.len()).map(|further| order[(wanted + further) % order.len()]);
            let at = in_turn
                .clone()
                .find(|at| !used[*at])
                .or_else(|| in_turn.clone().next())
                .unwrap_or(0);
            used[at] = true;
            PALETTE[at]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::charts::style::{self, contrast, linear};

    const WHITE: RGBColor = RGBColor(255, 255, 255);

    #[test]
    fn every_mark_stands_out_from_the_page() {
        let others = [style::BASELINE, style::BLUE, style::ORANGE, style::OTHER, style::AXIS];
        for color in PALETTE.into_iter().chain(others) {
            let found = contrast(color, WHITE);
            assert!(found >= 3.0, "{color:?}: {found}");
        }
        for text in [style::INK, style::MUTED] {
            assert!(contrast(text, WHITE) >= 4.5, "{text:?}");
        }
        for color in PALETTE.into_iter().chain([style::OTHER]) {
            let found = contrast(color, style::ink_on(color));
            assert!(found >= 4.0, "text on {color:?}: {found}");
        }
        assert!((contrast(RGBColor(0, 0, 0), WHITE) - 21.0).abs() < 1e-9);
        // What #777777 on white is known to have.
        assert!((contrast(RGBColor(0x77, 0x77, 0x77), WHITE) - 4.48).abs() < 0.01);
    }

    /// What is seen without red or green receptors, as linear light (Machado, Oliveira and Fernandes 2009, severity 1).
    const PROTANOPIA: [[f64; 3]; 3] = [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ];
    const DEUTERANOPIA: [[f64; 3]; 3] = [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ];
    const EVERY_COLOR: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

    fn times(matrix: [[f64; 3]; 3], v: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
    }

    /// CIELAB of a colour as it is seen, white of sRGB.
    fn lab(RGBColor(r, g, b): RGBColor, seen: [[f64; 3]; 3]) -> [f64; 3] {
        let light = times(seen, [linear(r), linear(g), linear(b)]).map(|v| v.clamp(0.0, 1.0));
        let to_xyz = [
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175],
            [0.019_333_9, 0.119_192, 0.950_304_1],
        ];
        let [x, y, z] = times(to_xyz, light);
        let f = |t: f64| {
            if t > 216.0 / 24389.0 {
                libm::cbrt(t)
            } else {
                (24389.0 / 27.0 * t + 16.0) / 116.0
            }
        };
        let [x, y, z] = [f(x / 0.95047), f(y), f(z / 1.08883)];
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(one: RGBColor, other: RGBColor, seen: [[f64; 3]; 3]) -> f64 {
        let (a, b) = (lab(one, seen), lab(other, seen));
        (0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum::<f64>().sqrt()
    }

    #[test]
    fn colors_differ_for_everybody() {
        // A difference of 2.3 is just noticeable side by side; a chart's marks lie apart.
        let all: Vec<RGBColor> = PALETTE.into_iter().chain([style::BASELINE, style::OTHER]).collect();
        for (i, one) in all.iter().enumerate() {
            for other in &all[i + 1..] {
                for (seen, least) in [(EVERY_COLOR, 25.0), (PROTANOPIA, 15.0), (DEUTERANOPIA, 15.0)] {
                    let found = distance(*one, *other, seen);
                    assert!(found >= least, "{one:?} {other:?}: {found}");
                }
            }
        }
    }

    #[test]
    fn main_countries_look_the_same_in_every_run() {
        let alone = Looks::new(["JPN"].into_iter(), ["CHN"].into_iter());
        let many = Looks::new(["BRA", "a", "b", "JPN"].into_iter(), ["CHN", "ZZZ", "USA"].into_iter());
        for id in ["CHN", "JPN"] {
            assert_eq!(alone.of(id), many.of(id));
        }
        assert_eq!(alone.of("CHN").color, PALETTE[0]);
        assert_eq!(alone.of("focus").color, BASELINE);
    }

    #[test]
    fn no_two_of_33_places_look_alike_and_lines_have_colors_of_their_own() {
        let ids: Vec<String> = (0..30).map(|i| format!("B{i:02}")).collect();
        let leading = ids.iter().take(9).map(String::as_str).chain(["USA", "IND"]);
        let looks = Looks::new(leading.clone(), ids.iter().skip(9).map(String::as_str).chain(["CHN"]));
        let mut seen: Vec<(RGBColor, Texture)> = Vec::new();
        for id in ids.iter().map(String::as_str).chain(["USA", "IND", "CHN"]) {
            let Look { color, texture } = looks.of(id);
            assert!(!seen.contains(&(color, texture)), "{id}");
            seen.push((color, texture));
        }
        let mut colors: Vec<RGBColor> = Vec::new();
        for id in leading {
            assert!(!colors.contains(&looks.of(id).color), "{id}");
            colors.push(looks.of(id).color);
        }
    }

    #[test]
    fn policies_keep_their_color_unless_two_would_share_it() {
        assert_eq!(of_policies(&[0, 1, 2])[1..], of_policies(&[0, 1, 2, 5])[1..3]);
        let found = of_policies(&[0, 1, 12, 23]);
        assert!(found[1] != found[2] && found[2] != found[3] && found[1] != found[3]);
        assert_eq!(found[0], BASELINE);
    }
}
