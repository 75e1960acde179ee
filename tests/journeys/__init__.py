"""Whole days in a school, in a real browser."""
