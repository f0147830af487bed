"""One buying decision: need, panel, candidates, journey."""
