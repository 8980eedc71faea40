//! Takes in the shipped scenarios, and the engine for browsers where `browser/build.sh` has built one (`critmin explore --save` puts it into the page).

use std::fmt::Write;
use std::fs;
use std::io::Result;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    // The folder, not the file: Cargo takes a file that is missing for a change, at every call.
    let built = "../browser/built";
    println!("cargo::rerun-if-changed={built}");
    // Without one there is nothing: the command says so.
    fs::write(
        folder.join("engine.wasm"),
        fs::read(format!("{built}/engine.wasm")).unwrap_or_default(),
    )?;
    let root = Path::new("../scenarios");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut table = "static SCENARIOS: &[(&str, &str)] = &[\n".to_owned();
    for (prefix, folder) in [("", root.to_owned()), ("base/", root.join("base"))] {
        let entries: Result<Vec<PathBuf>> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
        let mut files = entries?;
        files.sort();
        for file in files
            .iter()
            .filter(|file| file.extension().is_some_and(|kind| kind == "toml"))
        {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let whole = fs::canonicalize(file)?;
            let _ = writeln!(table, "    ({:?}, include_str!({whole:?})),", format!("{prefix}{name}"));
        }
    }
    table.push_str("];\n");
    fs::write(folder.join("scenarios.rs"), table)
}
