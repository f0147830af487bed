"""People, their sign-in, sessions, roles and API tokens."""
