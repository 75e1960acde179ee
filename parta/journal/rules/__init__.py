"""The rule kinds over what is written in a journal: guards of an intended act, watches over a school.

Importing the package registers every kind, so that a regulation file may name it.
"""

from parta.journal.rules import absences, homework, locks, marks, rights, topics, windows
from parta.journal.rules.acts import Act, Lesson, Place, TermState, Writer
from parta.journal.rules.questions import (
    AbsenceCode,
    CorrectionRule,
    MarkLimit,
    TopicRule,
    WorkKindRule,
    absence_codes,
    correction_rule,
    double_marks_allowed,
    grace,
    headline,
    mark_limit,
    mark_symbols,
    read_absence,
    read_mark,
    setting,
    topic_rule,
    work_kinds,
)
from parta.regulation.judge import Law, SettingChange, judge, law_of
from parta.regulation.verdict import Outcome, Verdict, WayOut

__all__ = [
    "AbsenceCode",
    "Act",
    "CorrectionRule",
    "Law",
    "Lesson",
    "MarkLimit",
    "Outcome",
    "Place",
    "SettingChange",
    "TermState",
    "TopicRule",
    "Verdict",
    "WayOut",
    "WorkKindRule",
    "Writer",
    "absence_codes",
    "absences",
    "correction_rule",
    "double_marks_allowed",
    "grace",
    "headline",
    "homework",
    "judge",
    "law_of",
    "locks",
    "mark_limit",
    "mark_symbols",
    "marks",
    "read_absence",
    "read_mark",
    "rights",
    "setting",
    "topic_rule",
    "topics",
    "windows",
    "work_kinds",
]
