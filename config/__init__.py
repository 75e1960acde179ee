"""Settings and the root list of URLs. Knows every app by name and no app's insides."""
