"""Side effects, enqueued in the transaction that causes them."""
