"""Questions about what was said: threads, announcements and their readers, questions about the journal."""
