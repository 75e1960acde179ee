"""Questions to the journal, answered with finished, frozen values."""
