#!/usr/bin/env bash
# Builds the engine for pages in one file (`critmin explore --save`): browser/built/engine.wasm. Build critmin again after it, so that it takes the engine in.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if ! rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown; then
    rustup target add wasm32-unknown-unknown
fi
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --release --target wasm32-unknown-unknown --target-dir "$target"
cp "$target/wasm32-unknown-unknown/release/critmin_browser.wasm" built/engine.wasm
ls -l built/engine.wasm
