"""Saved means saved: the server killed during writes, teachers in each other's way, hostile input, full disks."""
