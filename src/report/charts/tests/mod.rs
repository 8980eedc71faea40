mod boxes;
mod edge_cases;
pub(super) mod gallery;
mod sample;
mod shown;
