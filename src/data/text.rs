//! The text of a user's file. It knows nothing of tables.

/// The text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, without a byte order mark.
    pub text: String,
    /// What was done to read it, if that needs saying.
    pub note: Option<String>,
}

/// UTF-8 with or without a byte order mark, or UTF-16 with one. Any other encoding cannot be told from the bytes, and is
/// refused with what to do.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, String> {
    let (text, note) = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => (utf_16(rest, u16::from_le_bytes)?, true),
        [0xfe, 0xff, rest @ ..] => (utf_16(rest, u16::from_be_bytes)?, true),
        _ => (utf_8(bytes)?, false),
    };
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let note = note.then(|| "it is UTF-16 text and was read as such; save it as UTF-8".to_owned());
    Ok(Decoded { text, note })
}

const HOW_TO_SAVE: &str =
    "save it as UTF-8 (Excel: Save As, \"CSV UTF-8\"; LibreOffice: Save As, Edit filter settings, Unicode (UTF-8))";

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(format!(
            "it begins like UTF-16 text, but its last letter is cut; {HOW_TO_SAVE}"
        ));
    }
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map_err(|_| format!("it begins like UTF-16 text, but is none; {HOW_TO_SAVE}"))
}

fn utf_8(bytes: Vec<u8>) -> Result<String, String> {
    let (zeros, line_of) = (
        bytes.iter().take(4096).filter(|byte| **byte == 0).count(),
        |bytes: &[u8]| 1 + bytes.iter().filter(|byte| **byte == b'\n').count(),
    );
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err("it is a workbook (or another packed file), not text; save the sheet as CSV UTF-8".to_owned());
    }
    if zeros > 0 {
        return Err(format!(
            "it holds bytes of zero, as UTF-16 text without a byte order mark does; {HOW_TO_SAVE}"
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let all = error.as_bytes();
        let start = all[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let before: String = String::from_utf8_lossy(&all[start..at]).chars().rev().take(20).collect();
        let before: String = before.chars().rev().collect();
        format!(
            "it is not UTF-8 text: the first wrong byte is in line {}, after `{}`; it is probably Windows-1252 or Latin-1 text; \
             {HOW_TO_SAVE}",
            line_of(&all[..at]),
            before.escape_debug()
        )
    })
}
