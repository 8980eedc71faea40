//! Takes in the engine for browsers, where `browser/build.sh` has built one: `critmin explore --save` puts it into the page.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let engine = "browser/engine.wasm";
    println!("cargo::rerun-if-changed={engine}");
    println!("cargo::rerun-if-changed=build.rs");
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    // Without one there is nothing: the command says so.
    std::fs::write(folder.join("engine.wasm"), std::fs::read(engine).unwrap_or_default())
}
