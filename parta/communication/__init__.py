"""Messages, announcements, notifications, digests. Reads the change log; nothing here yet."""
