"""Side effects that follow a commit: one table, leased, retried, dead-lettered."""
