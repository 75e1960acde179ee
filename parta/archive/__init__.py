"""Sealed print forms, signatures, retention, backups. Nothing here yet."""
