//! The extension module `critmin._core`: the library's facade as classes that the Python package in `critmin/` wraps. Nothing is decided here.

mod answers;
mod elsewhere;
mod errors;
mod results;
mod shipped;
mod study;
mod watch;

use pyo3::prelude::*;

/// The engine as WebAssembly, where it was built before this (`browser/build.sh`); nothing otherwise.
static BROWSER_ENGINE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine.wasm"));

/// Runs the command line with these words, the program's name first, and gives its exit code. For a process that ends with it.
#[pyfunction]
fn main(py: Python<'_>, words: Vec<String>) -> u8 {
    py.detach(|| critmin::cli::main_of(words, BROWSER_ENGINE))
}

#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("PROGRAM", critmin::study::PROGRAM)?;
    module.add("RETURN_PERIODS", critmin::results::RETURN_PERIODS.to_vec())?;
    module.add_function(wrap_pyfunction!(main, module)?)?;
    module.add_function(wrap_pyfunction!(shipped::scenarios, module)?)?;
    module.add_function(wrap_pyfunction!(answers::screen_country, module)?)?;
    module.add_function(wrap_pyfunction!(answers::indices_of_mineral, module)?)?;
    module.add_function(wrap_pyfunction!(answers::excerpts, module)?)?;
    module.add_function(wrap_pyfunction!(answers::minerals, module)?)?;
    module.add_function(wrap_pyfunction!(answers::tables, module)?)?;
    module.add_function(wrap_pyfunction!(answers::statistics, module)?)?;
    module.add_function(wrap_pyfunction!(results::merge_parts, module)?)?;
    module.add_function(wrap_pyfunction!(results::finish_parts, module)?)?;
    module.add_class::<study::Study>()?;
    module.add_class::<results::Results>()?;
    module.add_class::<answers::Found>()
}
