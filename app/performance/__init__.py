"""Review periods after the award."""
