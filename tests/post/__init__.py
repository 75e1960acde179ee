"""A mail server in a process of its own, which can be told to misbehave."""
