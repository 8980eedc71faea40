//! The file that `critmin new` writes.

/// A commented scenario that validates without a warning.
pub fn starter(title: &str) -> String {
    let line: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = if line.trim().is_empty() {
        "A supply disruption".to_string()
    } else {
        line.trim().to_string()
    };
    let quoted = line.replace('\\', "\\\\").replace('"', "\\\"");
    include_str!("starter.toml").replacen("TITLE", &quoted, 1)
}
