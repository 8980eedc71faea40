//! Takes in the engine for browsers, where `browser/build.sh` has built one: `critmin explore --save` puts it into the page.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    // The folder, not the file: Cargo takes a file that is missing for a change, at every call.
    let built = "browser/built";
    println!("cargo::rerun-if-changed={built}");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    // Without one there is nothing: the command says so.
    std::fs::write(
        folder.join("engine.wasm"),
        std::fs::read(format!("{built}/engine.wasm")).unwrap_or_default(),
    )
}
