"""A labelled, removable demonstration data set built through the services."""
