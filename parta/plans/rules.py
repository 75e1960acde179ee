"""The rule kind over what is to be taught: plans keep the hours of the curriculum.

It judges no journal write; the actions of this app ask it, by the law of the school on a day.
"""

from datetime import date

from pydantic import Field

from parta.foundation import sql
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal
from parta.organisation.models import School
from parta.people.rules import Cited, cited, rules
from parta.regulation.judge import Law
from parta.regulation.queries import law
from parta.regulation.registry import Params, RuleKind, known_kind


class PlanMatchesCurriculum(Params):
    """How far the hours of a thematic plan may differ from those of the curriculum."""

    tolerance_hours: int = Field(0, ge=0, le=200, description="на сколько часов план может отличаться")


known_kind(
    RuleKind(
        "plan_matches_curriculum",
        5,
        PlanMatchesCurriculum,
        "План и учебный план",
        lambda p: (
            "часов в тематическом плане столько же, сколько в учебном плане"
            + (f", отличие не больше {p.tolerance_hours} {'ч.'}" if p.tolerance_hours else "")
        ),
        acts="при утверждении тематического плана: другой по часам не утверждает; в контроле: список расхождений",
    )
)


def law_of_school(school_id: int) -> Law:
    """The law of a school; one statement for its version."""
    return law(school_id, School.objects.values_list("law_version", flat=True).get(pk=school_id))


_HOURS = """
SELECT c.yearly_hours, h.title FROM plans_curriculumhours c LEFT JOIN organisation_homeroom h ON h.id = c.homeroom_id
WHERE c.year_id = %s AND c.subject_id = %s AND (c.grade = %s OR c.homeroom_id IN (
    SELECT r.id FROM organisation_homeroom r WHERE r.year_id = c.year_id AND r.grade = %s)
    OR c.homeroom_id IN (SELECT j.homeroom_id FROM plans_journal j WHERE j.plan_id = %s))
ORDER BY c.homeroom_id, c.yearly_hours"""

_BOUND = """
SELECT COALESCE((SELECT MAX(c.yearly_hours) FROM plans_curriculumhours c WHERE c.year_id = j.year_id
        AND c.subject_id = j.subject_id AND c.homeroom_id = j.homeroom_id),
    (SELECT MAX(c.yearly_hours) FROM plans_curriculumhours c WHERE c.year_id = j.year_id
        AND c.subject_id = j.subject_id AND c.homeroom_id IS NULL AND c.grade = j.grade)), h.title
FROM plans_journal j LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id WHERE j.plan_id = %s ORDER BY h.title"""


def curriculum_hours(
    year_id: int, subject_id: int, grade: int | None, plan_id: int | None
) -> list[tuple[int, str]]:
    """Hours of the year that a plan has to have, each with the class they are of (empty: of the parallel).

    A plan that journals are kept by answers to the curriculum of their classes, another one to its parallel's.
    """
    bound = sql.read(_BOUND, [plan_id]) if plan_id is not None else []
    rows = bound or sql.read(_HOURS, [year_id, subject_id, grade, grade, plan_id])
    return [(int(hours), title or "") for hours, title in rows if hours is not None]


def check_plan_hours(
    *,
    school_id: int,
    year_id: int,
    subject_id: int,
    grade: int | None,
    plan_id: int | None,
    hours: int,
    on: date,
) -> None:
    """Raise Refusal when the act does not let a plan of so many hours be approved; the words state both numbers."""
    found = rules(law_of_school(school_id), on, "plan_matches_curriculum")
    if not found:
        return
    most = min(rule.params.tolerance_hours for rule in found)
    for wanted, title in curriculum_hours(year_id, subject_id, grade, plan_id):
        if abs(wanted - hours) > most:
            where = f" ({title})" if title else ""
            words: Cited = cited(found)
            raise Refusal(
                f"В плане {plural(hours, 'час', 'часа', 'часов')}, в учебном плане{where} — {wanted}: "
                f"такой план не утверждают{words.brackets}. Исправьте темы или снимите дату утверждения.",
                "approved_on",
            )
