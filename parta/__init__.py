"""Parta: a class journal and student diary that runs under the school's own regulation."""

__version__ = "0.1.0"
