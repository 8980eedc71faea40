mod boxes;
mod edge_cases;
pub(super) mod gallery;
mod readings;
mod sample;
mod shown;
