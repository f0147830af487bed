"""Templates, responses and answers."""
