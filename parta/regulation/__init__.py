"""The act the school works under: editions, clauses, what is in force on a date, verdicts.

Knows nothing of marks or lessons: rule kinds are declared beside the rows they judge.
"""
