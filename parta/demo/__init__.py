"""The demo school: believable, deterministic by seed, filled through the bulk paths."""
