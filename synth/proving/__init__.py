"""What a search over proofs adds: what a failing proof is worth, which parents are kept, repairs
remembered from before, and proofs made smaller. Pure, but for what is handed in."""
