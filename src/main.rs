//! The `critmin` program.

fn main() -> std::process::ExitCode {
    critmin::cli::main()
}
