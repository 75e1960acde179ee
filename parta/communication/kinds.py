"""Kinds of notices: what a person may be told, by which lines of the change log, and how unless they choose."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from parta.foundation.language import noted

FAMILY = frozenset({"guardian", "student"})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice. `verbs` are those of the change log; `way` is the default; `for_staff`: staff is told too."""

    code: str
    title: str
    hint: str
    way: str
    verbs: frozenset[str]
    for_staff: bool = False

    @property
    def is_push(self) -> bool:
        """Whether a phone that was switched on shows it unless its owner chose otherwise: what is told at once."""
        return self.way == "now"


def _kind(code: str, title: str, hint: str, way: str, *verbs: str, for_staff: bool = False) -> Kind:
    return Kind(code, title, hint, way, frozenset(verbs), for_staff)


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        _kind(
            "mark_change", noted("Исправлена или снята отметка"), "", "now", "mark_corrected", "mark_annulled"
        ),
        _kind("mark", noted("Новая отметка"), noted("с видом работы"), "daily", "mark_recorded"),
        _kind(
            "absence",
            noted("Пропуск или опоздание"),
            noted("и перемена причины"),
            "now",
            "absence_recorded",
            "absence_changed",
            "absence_annulled",
        ),
        _kind("note", noted("Замечание, похвала, обращение учителя"), "", "now", "note_added"),
        _kind(
            "term_mark",
            noted("Отметка за четверть, полугодие, год"),
            noted("и её исправление"),
            "now",
            "final_set",
            "final_corrected",
            "final_annulled",
        ),
        _kind(
            "homework",
            noted("Домашнее задание"),
            noted("задано, изменено, снято"),
            "daily",
            "homework_given",
            "homework_changed",
            "homework_annulled",
        ),
        _kind(
            "timetable",
            noted("Замена, перенос, отмена урока"),
            noted("только о предстоящих"),
            "now",
            "substitution_set",
            "substitution_ended",
            "lesson_cancelled",
            "lesson_restored",
            "lesson_moved",
        ),
        _kind("topic", noted("Тема занятия"), noted("что проходили"), "off", "topic_set", "topic_changed"),
        _kind("report", noted("Отчёт классного руководителя"), "", "now", "family_report_sent"),
        _kind(
            "message", noted("Сообщение"), noted("кто написал и о чём"), "now", "message_sent", for_staff=True
        ),
        _kind("announcement", noted("Объявление, мероприятие"), "", "daily", "announced", for_staff=True),
        _kind("answer", noted("Ответ на вопрос о журнале"), "", "now", "question_answered", for_staff=True),
    )
}
OF_VERB: dict[str, Kind] = {verb: kind for kind in KINDS.values() for verb in kind.verbs}

DIGEST_AT = time(18, 0)
"""When digests go, by the school's clock: after the lessons, before the evening."""
DIGEST_DAY = 4
"""The weekly one on Friday."""


LEASE = timedelta(minutes=10)
"""So long a letter or notice stays in the hand of a worker that gives no sign; longer than any talk with a server."""
KEPT_TRYING = timedelta(days=3)
KEPT = timedelta(days=90)
"""How long letters and notices that are done with are kept."""


def pause_after(attempts: int) -> timedelta:
    """Until the next try after so many: a minute, two, four … half an hour."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 10)), timedelta(minutes=30))


def in_quiet(moment: time, since: time | None, until: time | None) -> bool:
    """Whether a time of day lies in [since, until); the span may cross midnight. Without bounds never."""
    if since is None or until is None or since == until:
        return False
    if since < until:
        return since <= moment < until
    return moment >= since or moment < until


def due(
    way: str,
    at: datetime,
    zone: ZoneInfo,
    quiet_from: time | None,
    quiet_until: time | None,
    weekly: tuple[int, time] = (DIGEST_DAY, DIGEST_AT),
) -> datetime:
    """When something that happened at `at` is to be told: at once (after the quiet hours), or with the next digest.

    `weekly`: weekday (0: Monday) and time of the weekly one, where the class has its own.

    What happens at the very minute of a digest waits for the next one. Raises ValueError for an unknown way.
    """
    local = at.astimezone(zone)
    if way == "now":
        when = local
    elif way in ("daily", "weekly"):
        hour = weekly[1] if way == "weekly" else DIGEST_AT
        when = local.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
        if when <= local:
            when += timedelta(days=1)
        while way == "weekly" and when.weekday() != weekly[0]:
            when += timedelta(days=1)
    else:
        raise ValueError(f"no way {way}")
    if in_quiet(when.time(), quiet_from, quiet_until):
        assert quiet_until is not None
        end = when.replace(hour=quiet_until.hour, minute=quiet_until.minute, second=0, microsecond=0)
        when = end if end > when else end + timedelta(days=1)
    return when
