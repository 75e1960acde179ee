"""What is written in a journal: lesson record, attendance, marks, homework, diary notes, term marks, locks, permits."""
