"""When it is taught: the template, the lessons generated from it, substitutions, cancelled and moved lessons."""

from parta.timetable.actions.changes import (
    SubstitutionRow,
    bulk_substitutions,
    cancel_lesson,
    end_substitution,
    move_lesson,
    restore_lesson,
    substitute,
)
from parta.timetable.actions.generation import Generated, generate_lessons
from parta.timetable.actions.template import SlotRow, Slots, set_slots

__all__ = [
    "Generated",
    "SlotRow",
    "Slots",
    "SubstitutionRow",
    "bulk_substitutions",
    "cancel_lesson",
    "end_substitution",
    "generate_lessons",
    "move_lesson",
    "restore_lesson",
    "set_slots",
    "substitute",
]
