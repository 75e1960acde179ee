"""Control over how journals are kept: what is filled in time, what is overdue, by which act."""
