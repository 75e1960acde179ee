"""The ground: change log and its chains, job queue, clock, files, access table, page kit.

Knows no school and no person: other apps hand it plain ids.
"""
