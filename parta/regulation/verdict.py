"""What the law says about one intended act: an outcome and the reasons behind it."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from parta.regulation.clause import Clause

__all__ = ["PASS", "Outcome", "Reason", "Verdict", "WayOut"]


class Outcome(IntEnum):
    """The four answers, ordered from the mildest to the strictest."""

    PASS = 0
    REMARK = 1
    """Passes, but is stored as late or with a remark."""
    PERMIT = 2
    """Refused unless a named ground is given or a permit was granted."""
    REFUSE = 3


class WayOut:
    """What a person can do after a refusal; the page turns each into a button."""

    ASK_PERMIT = "ask_permit"
    GIVE_REASON = "give_reason"
    GIVE_GROUND = "give_ground"
    OTHER_VALUE = "other_value"
    STATE_SUBSTITUTION = "state_substitution"
    SET_TOPIC = "set_topic"
    TAKE_PLANNED_TOPIC = "take_planned_topic"
    WAIT = "wait"
    ASK_PERSON = "ask_person"


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule's answer, in words for the person who tried to write."""

    clauses: tuple[Clause, ...]
    kind: str
    outcome: Outcome
    found: str
    """What was found, one Russian sentence."""
    allowed: str
    """What is allowed, one Russian sentence; may be empty."""
    ways_out: tuple[str, ...] = ()
    """Values of :class:`WayOut`, the best first."""
    help: str = ""
    """Who can help, in Russian: «заместитель директора»."""
    permit_by: frozenset[str] = frozenset()
    """Roles that may grant a permit, when asking one is a way out."""
    permit_term: str = ""
    """How long a granted permit is open, as the regulation says; empty: the grantor decides."""
    limit: datetime | None = None
    """The last moment that was in time, when the answer hangs on one."""
    grounds: tuple[str, ...] = ()
    """Codes of grounds, any of which would let the write pass: ``protocol``, ``order``…"""
    act: str = ""
    """Short name of the act cited: «Положение о журнале»."""

    @property
    def cite(self) -> str:
        """The printed clause numbers, each once: «п. 2.4 Положения, п. 3.4 Инструкции»."""
        return ", ".join(dict.fromkeys(clause.printed for clause in self.clauses))

    @property
    def text(self) -> str:
        """The whole answer in one line, clause numbers in brackets."""
        words = " ".join(part for part in (self.found, self.allowed) if part)
        return f"{words} ({self.cite})" if self.clauses else words


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one intended act. ``passes`` decides; ``reasons`` explain, the strictest first."""

    outcome: Outcome = Outcome.PASS
    reasons: tuple[Reason, ...] = ()
    used_permit: bool = False
    """A granted permit (or a named ground) was needed for this to pass."""

    @property
    def passes(self) -> bool:
        """Whether the write may be stored."""
        return self.outcome <= Outcome.REMARK

    @property
    def may_ask_permit(self) -> bool:
        """Whether a permit would let this write pass."""
        return self.outcome is Outcome.PERMIT

    @property
    def clause_ids(self) -> tuple[str, ...]:
        """Ids of every cited clause, in the order of the reasons, each once."""
        return tuple(dict.fromkeys(clause.id for reason in self.reasons for clause in reason.clauses))

    @property
    def is_late(self) -> bool:
        """Whether the write is past a deadline: it passes, or would pass, only as late. A late correction is not."""
        return any(reason.limit is not None for reason in self.reasons)

    @property
    def text(self) -> str:
        """Every reason in one line each."""
        return "\n".join(reason.text for reason in self.reasons)


PASS = Verdict()
