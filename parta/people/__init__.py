"""Persons, users, roles, guardianship, enrolment, credentials, and who is looking.

Owns the one scoped way into data: the `Viewer`.
"""
