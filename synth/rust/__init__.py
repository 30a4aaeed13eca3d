"""What a Rust file with `verus! { }` says: its tokens, its functions, and how bodies change."""
