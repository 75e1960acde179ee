"""What is kept: copies of the data, their carriers and the journal of their use; when the system did not run.

Sealed print forms, signatures and retention are still a door.
"""
