"""An OpenID Connect provider in a process of its own that also lies (`provider`), and how a test holds it (`hand`)."""
