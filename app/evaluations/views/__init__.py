"""What the pages of an evaluation show."""
