"""Tests across apps: the cast, contracts between parts, whole days in a school. Tests of one app lie beside it."""
