"""Online backup and restore."""
