//! The `critmin` program.

/// The engine as WebAssembly, where the program was built beside one (`browser/build.sh`); nothing otherwise. Here and not in the library, which takes minutes
/// more to compile with it.
static BROWSER_ENGINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

fn main() -> std::process::ExitCode {
    critmin::cli::main(BROWSER_ENGINE)
}
