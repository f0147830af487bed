"""Pure rules: no clock, no database, no web, no file system."""
