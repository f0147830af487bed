"""What knows the stack and not the domain."""
