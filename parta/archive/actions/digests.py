"""«Записано от вашего имени»: each week a notice to everybody who wrote, kept as a row that the delivery picks up."""

from datetime import datetime

from parta.foundation import sql


def tell_of_writes(*, school_id: int, first: datetime, last: datetime, at: datetime) -> int:
    """A notice to each account of the school's staff that wrote from `first` to `last`; how many. One statement.

    Sent again (a job runs at least once), it is not doubled: one of this kind a day for an account.
    """
    return sql.write(
        "INSERT INTO people_accountnotice (user_id, at, kind, words)"
        " SELECT e.user_id, %s, 'digest', 'записей за неделю: ' || COUNT(*) FROM foundation_logentry e"
        " WHERE e.school_id = %s AND e.at >= %s AND e.at < %s AND e.user_id IS NOT NULL"
        " AND e.user_id IN (SELECT p.user_id FROM people_person p JOIN people_role r ON r.person_id = p.id"
        " WHERE p.school_id = %s AND (r.until IS NULL OR r.until > %s))"
        " AND NOT EXISTS (SELECT 1 FROM people_accountnotice n WHERE n.user_id = e.user_id AND n.kind = 'digest'"
        " AND n.at >= %s) GROUP BY e.user_id",
        (at, school_id, first, last, school_id, first.date(), last),
    )
