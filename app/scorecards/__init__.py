"""The shipped and own scorecards, in versions."""
