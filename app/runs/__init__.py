"""A pilot while it runs: stages, packs, questions, and what vendors do through their links."""
