mod boxes;
mod edge_cases;
mod gallery;
mod sample;
