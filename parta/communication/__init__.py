"""Words between people of a school: threads, announcements with receipts, questions about the journal.

Communication is no journal and has rules of its own: a message is never changed and never deleted; one that was
withdrawn keeps its text for those who moderate. Lines of the change log hold ids, never texts.
"""
