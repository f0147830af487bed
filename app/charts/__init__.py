"""Numbers to SVG strings."""
