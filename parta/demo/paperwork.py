"""What the offices of the demo did beside the journals: orders, paper sets, errors told, sign-ins, works given in."""

from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

from parta.archive.actions.backups import add_carrier, note_keeping, use_carrier
from parta.archive.actions.papers import make_paper_set, note_paper_step, sign_sheets, way_of
from parta.archive.models import PaperSet, PaperStep
from parta.archive.route import Stage
from parta.control.actions.closeout import confirm_finals
from parta.control.actions.upkeep import fix_error, report_error
from parta.control.queries.closeout import closeout_rules, pairs
from parta.demo.clerk import Clerk
from parta.diary.actions.works import comment_work, hand_in
from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.organisation.actions import add_vacation
from parta.organisation.acts import act
from parta.organisation.models import Homeroom
from parta.people.actions.orders import enter_order
from parta.people.actions.sign_ins import note_logout, note_sign_in
from parta.people.models import User
from parta.people.viewer import Viewer, account

DAY = timedelta(days=1)
CLASSES_PRINTED = 3
HANDED = {"to_secretary": "секретарь", "handed_in": "заместитель директора"}
ERRORS = (
    (5, "data", "В карточке ученика неверная дата рождения.", "Дата исправлена по свидетельству."),
    (1, "data", "В расписании на четверг кабинет не тот: урок идёт в соседнем.", ""),
    (4, "network", "В кабинете не ловит сеть, журнал заполняю с телефона.", "Точка доступа переставлена."),
    (2, "device", "Нет компьютера у доски: отметки ставлю после уроков.", ""),
)  # fmt: skip
WORK = "Упражнение выполнено.\n1) Подлежащее и сказуемое подчёркнуты.\n2) Схемы предложений на обороте.\n"
AGENTS = ("Chrome, Windows", "Safari, iPhone", "Firefox, Linux")


def paperwork(clerk: Clerk, today: date) -> None:
    """All of it for one school, up to now; what a school has nobody for is left out."""
    users = _users(clerk, today)
    _sign_ins(clerk)
    if "deputy" in users:
        _closed_term(clerk, users["deputy"])
        _paper_sets(clerk, users, today)
        if clerk.code == "gymnasium":
            _day_off(clerk, users["deputy"])
    if "secretary" in users:
        _orders(clerk, users["secretary"], today)
    if "teacher" in users:
        _errors(clerk, users)
    if "operator" in users and clerk.code == "gymnasium":
        _carriers(clerk, users["operator"])
    _handed_work(clerk)


def _users(clerk: Clerk, today: date) -> dict[str, int]:
    """One account for each role of the school."""
    return dict(
        sql.read(
            "SELECT r.kind, MIN(p.user_id) FROM people_role r JOIN people_person p ON p.id = r.person_id"
            " WHERE r.school_id = %s AND p.user_id IS NOT NULL AND r.starts <= %s"
            " AND (r.until IS NULL OR r.until > %s) GROUP BY r.kind",
            (clerk.school_id, today, today),
        )
    )


def _viewer(clerk: Clerk, user_id: int, at: datetime) -> Viewer | None:
    found = account(user_id, clerk.school_id, at)
    return found.viewer if found is not None else None


def _act(clerk: Clerk, by: Actor, at: datetime) -> AbstractContextManager[list[Line]]:
    """An act of one person, with an id of the clerk's own."""
    return act(clerk.school_id, by=by, at=at, operation_id=clerk.operation())


def _sign_ins(clerk: Clerk) -> None:
    """The shown accounts were opened in the last days; now and then from a browser that is new to them."""
    random = clerk.random("sign-ins")
    shown = User.objects.filter(persons__school_id=clerk.school_id, must_change_password=False)
    for user in shown.distinct().order_by("id"):
        home = random.randrange(2, 250)
        for back in (6, 3, 1):
            at = clerk.now - back * DAY - timedelta(minutes=random.randrange(240))
            is_new = back == 1 and random.random() < 0.2
            key, agent = f"{random.getrandbits(128):032x}", AGENTS[(home + is_new) % len(AGENTS)]
            note_sign_in(
                user=user,
                session_key=key,
                address=f"192.0.2.{home}",
                agent=agent,
                device=f"{clerk.code}-{user.pk}-{agent}"[:64],
                is_known=not is_new,
                at=at,
            )
            note_logout(key, at=at + timedelta(minutes=random.randrange(5, 90)))


def _closed_term(clerk: Clerk, deputy_id: int) -> None:
    """Teachers confirmed the marks of the last term where the act asks them to; a few have not."""
    viewer = _viewer(clerk, deputy_id, clerk.now)
    if viewer is None or not closeout_rules(viewer):
        return
    random = clerk.random("closeout")
    found = pairs(viewer, ("j.school_id = %s", [clerk.school_id]))
    users: dict[int, int | None] = dict(
        sql.read("SELECT id, user_id FROM people_person WHERE school_id = %s", (clerk.school_id,))
    )
    own: dict[int, list[int]] = {}
    for place, pair in enumerate(found):
        if pair.who_id is not None and not pair.missing:
            own.setdefault(pair.who_id, []).append(place)
    for number, (who_id, places) in enumerate(own.items()):
        first = min(found[place].until for place in places)
        at = min(clerk.moment(first, 10 * 60 + random.randrange(300)), clerk.now - timedelta(minutes=30))
        by = Actor(users.get(who_id), "teacher")
        with _act(clerk, by, at):
            for place in places[: -1 if number == 0 or random.random() < 0.1 else None]:
                confirm_finals(
                    school_id=clerk.school_id,
                    journal_id=found[place].row[0],
                    term_id=found[place].term_id,
                    missing=(),
                    person_id=who_id,
                    by=by,
                    at=at,
                )


_ENDED = """
SELECT h.id, t.id, t.until FROM organisation_homeroom h JOIN organisation_term t ON t.year_id = h.year_id
    AND t.kind = h.term_kind
WHERE h.school_id = %s AND t.until <= %s AND EXISTS (SELECT 1 FROM plans_journal j WHERE j.homeroom_id = h.id
    AND j.scale_id IS NOT NULL)
ORDER BY t.until DESC, COALESCE(h.grade, 99), h.title LIMIT %s"""


def _paper_sets(clerk: Clerk, users: dict[str, int], today: date) -> None:
    """The last term of some classes on paper: one set has gone the act's whole way, one is half way, one is printed."""
    for number, (homeroom_id, term_id, until) in enumerate(
        sql.read(_ENDED, (clerk.school_id, today - 3 * DAY, CLASSES_PRINTED))
    ):
        at = clerk.moment(until + DAY, 11 * 60 + 10 * number)
        viewer = _viewer(clerk, users["deputy"], at)
        if viewer is None or at > clerk.now:
            continue
        with _act(clerk, viewer.acting_as(), at):
            made = make_paper_set(viewer, homeroom_id, term_id, at=at)
        stages = [
            stage for stage in way_of(viewer, made).stages if stage.step not in ("certified", "destroyed")
        ]
        _walk(clerk, users, made, stages[: (len(stages), len(stages) // 2, 1)[number]])


def _walk(clerk: Clerk, users: dict[str, int], made: PaperSet, stages: list[Stage]) -> None:
    """Each step by who takes it, on its day of the vacation, as far as the days have come."""
    people: dict[int, int] = dict(
        sql.read(
            "SELECT w.journal_id, p.user_id FROM plans_teachingload w JOIN plans_journal j ON j.id = w.journal_id"
            " JOIN people_person p ON p.id = w.teacher_id WHERE j.homeroom_id = %s AND p.user_id IS NOT NULL"
            " ORDER BY w.starts, w.id",
            [made.homeroom_id],
        )
    )
    own = sql.read(
        "SELECT p.user_id FROM people_role r JOIN people_person p ON p.id = r.person_id WHERE r.homeroom_id = %s"
        " AND p.user_id IS NOT NULL ORDER BY r.id LIMIT 1",
        [made.homeroom_id],
    )
    heads = [role for role in ("deputy", "secretary", "director") if role in users]
    day = 1
    for place, stage in enumerate(stages):
        day = max(day, stage.day or day)
        at = clerk.moment(made.term.until + (day - 1) * DAY, 13 * 60 + 7 * place)
        at = max(at, made.made_at + place * timedelta(minutes=2))
        if at > clerk.now:
            return
        if stage.step == "sheets_signed":
            for subject in made.contents["subjects"]:
                teacher = _viewer(clerk, people.get(subject["journal"], 0), at)
                if teacher is not None and subject["teachers"]:
                    with _act(clerk, teacher.acting_as("teacher"), at):
                        sign_sheets(teacher, made.pk, subject["journal"], is_same=True, at=at)
            if not PaperStep.objects.filter(paper=made, step="sheets_signed").exists():
                return
            continue
        by = next((role for role in heads if not stage.roles or role in stage.roles), "")
        user_id = users[by] if by else (own[0][0] if own else users["director"])
        viewer = _viewer(clerk, user_id, at)
        if viewer is None:
            return
        with _act(clerk, viewer.acting_as(), at):
            note_paper_step(
                viewer,
                made.pk,
                stage.step,
                on=viewer.on,
                sheets=24 if stage.step == "stitched" else None,
                place=f"Архив, шкаф 2, папка {made.homeroom_id % 40 + 1}" if stage.step == "archived" else "",
                taker=HANDED.get(stage.step, ""),
                at=at,
            )


_MARKED_DAY = """
SELECT j.homeroom_id, l.date FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN journal_assessment a ON a.lesson_id = l.id JOIN journal_mark m ON m.assessment_id = a.id AND m.value <> ''
WHERE l.school_id = %s AND l.date >= %s AND l.date < %s AND j.homeroom_id IS NOT NULL
ORDER BY j.homeroom_id DESC, l.date DESC LIMIT 1"""


def _day_off(clerk: Clerk, deputy_id: int) -> None:
    """A class was on an excursion, the office enters it afterwards, and marks stand on that day: an unusual writing."""
    today = clerk.now.astimezone(clerk.zone).date()
    by = Actor(deputy_id, "deputy")
    for homeroom_id, day in sql.read(_MARKED_DAY, (clerk.school_id, today - 14 * DAY, today - 4 * DAY)):
        year = Homeroom.objects.select_related("year").get(pk=homeroom_id).year
        at = clerk.moment(day + 2 * DAY, 9 * 60)
        with _act(clerk, by, at):
            add_vacation(
                year=year,
                kind="holiday",
                title="Экскурсия класса",
                starts=day,
                until=day + DAY,
                homeroom_id=homeroom_id,
                by=by,
                at=at,
            )


_MOVED = """
SELECT e.homeroom_id, e.starts, e.until, n.surname, n.given_name, e.order_number, e.left_order, y.starts
FROM people_enrolment e JOIN people_person n ON n.id = e.student_id
JOIN organisation_homeroom h ON h.id = e.homeroom_id JOIN organisation_academicyear y ON y.id = h.year_id
WHERE e.school_id = %s AND y.starts <= %s AND y.until > %s
    AND (e.starts > y.starts OR (e.until IS NOT NULL AND e.until <= %s)) ORDER BY e.id LIMIT 12"""


def _orders(clerk: Clerk, secretary_id: int, today: date) -> None:
    """Orders by which students came and left in mid-year, and one that the class list does not follow yet."""
    by = Actor(secretary_id, "secretary")
    rows = []
    for homeroom_id, starts, until, surname, given, came, left, year in sql.read(
        _MOVED, (clerk.school_id, today, today, today)
    ):
        if year < starts <= today:
            rows.append((homeroom_id, "admitted", came or "б/н", starts, surname, given))
        if until is not None and until <= today:
            rows.append((homeroom_id, "left", left or "б/н", until, surname, given))
    late = sql.read(
        "SELECT h.id, y.starts FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        " WHERE h.school_id = %s AND y.starts < %s AND y.until >= %s ORDER BY h.id LIMIT 1",
        (clerk.school_id, today, today),
    )
    rows += [(row[0], "admitted", "214-у", today, "Новиков", "Артём") for row in late]
    for homeroom_id, kind, number, on, surname, given in dict.fromkeys(rows):
        at = min(clerk.moment(on, 9 * 60 + 30), clerk.now - timedelta(minutes=5))
        with _act(clerk, by, at):
            enter_order(
                school_id=clerk.school_id,
                homeroom_id=homeroom_id,
                kind=kind,
                number=number,
                signed_on=min(on, at.date()),
                on=on,
                surname=surname,
                given_name=given,
                by=by,
                at=at,
            )


def _errors(clerk: Clerk, users: dict[str, int]) -> None:
    """Wrong data and needs of a room told by a teacher: of each two one met the same day, one still open."""
    room = sql.read("SELECT MIN(id) FROM organisation_room WHERE school_id = %s", [clerk.school_id])[0][0]
    mender = users.get("operator") or users.get("deputy")
    for ago, kind, text, answer in ERRORS:
        at = clerk.now - ago * DAY - timedelta(minutes=40)
        if room is None and kind != "data":
            continue
        viewer = _viewer(clerk, users["teacher"], at)
        if viewer is None:
            continue
        by = viewer.acting_as("teacher")
        with _act(clerk, by, at):
            row = report_error(
                school_id=clerk.school_id,
                text=text,
                kind=kind,
                room_id=None if kind == "data" else room,
                reported_by=viewer.person_id,
                by=by,
                at=at,
            )
        later = at + timedelta(hours=2)
        fixes = _viewer(clerk, mender, later) if answer and mender else None
        if fixes is None:
            continue
        by = fixes.acting_as()
        with _act(clerk, by, later):
            fix_error(
                school_id=clerk.school_id,
                report_id=row.pk,
                answer=answer,
                fixed_by=fixes.person_id,
                by=by,
                at=later,
            )


def _carriers(clerk: Clerk, operator_id: int) -> None:
    """Two carriers for backups; the disk was taken for a copy and handed back. Copies the worker makes, at night."""
    at = clerk.now - 8 * DAY
    viewer = _viewer(clerk, operator_id, at)
    if viewer is None:
        return
    with _act(clerk, viewer.acting_as(), at):
        disk = add_carrier(
            viewer=viewer, title="Внешний диск № 1", media="external_disk", room="каб. 112, сейф",
            holder="director", keeper="директор", at=at,
        )  # fmt: skip
        add_carrier(
            viewer=viewer,
            title="Флэш-накопитель № 2",
            media="flash",
            room="серверная",
            holder="operator",
            at=at,
        )
    with _act(clerk, viewer.acting_as(), at):
        note_keeping(
            viewer=viewer, kind="key", purpose="хранится в сейфе директора", holder="director", at=at
        )
        note_keeping(
            viewer=viewer, kind="order", number="№ 41 от 01.09",
            purpose="серверная и каб. 112; отвечают директор и оператор", at=at,
        )  # fmt: skip
    for back, kind in ((2, "take"), (1, "return")):
        at = clerk.now - back * DAY
        with _act(clerk, viewer.acting_as(), at):
            note_keeping(
                viewer=viewer, kind="safe", purpose="еженедельная копия на внешний диск", carrier_id=disk.pk,
                at=at,
            )  # fmt: skip
            use_carrier(
                viewer=viewer, carrier_id=disk.pk, kind=kind, purpose="еженедельная копия на внешний диск",
                allowed_by="директор", at=at,
            )  # fmt: skip


_HOMEWORK = """
SELECT w.id, p.id, p.user_id, t.user_id FROM people_user u JOIN people_person p ON p.user_id = u.id
JOIN people_enrolment e ON e.student_id = p.id AND e.until IS NULL
JOIN plans_journal j ON j.homeroom_id = e.homeroom_id AND j.subgroup_id IS NULL
JOIN timetable_lesson l ON l.journal_id = j.id AND l.date < %s AND l.date >= %s
JOIN journal_homework w ON w.lesson_id = l.id AND w.student_id IS NULL AND w.text <> ''
JOIN people_person t ON t.id = l.teacher_id
WHERE p.school_id = %s AND NOT u.must_change_password ORDER BY (t.user_id IN (SELECT id FROM people_user WHERE NOT
    must_change_password)) DESC, l.date DESC, w.id LIMIT 2"""


def _handed_work(clerk: Clerk) -> None:
    """The shown student handed in two works; the teacher has answered the first."""
    today = clerk.now.astimezone(clerk.zone).date()
    for number, (homework_id, student_id, user_id, teacher_id) in enumerate(
        sql.read(_HOMEWORK, (today, today - 14 * DAY, clerk.school_id))
    ):
        at = clerk.now - timedelta(hours=5 - number)
        student, teacher = _viewer(clerk, user_id, at), _viewer(clerk, teacher_id, at)
        if student is None or student_id not in student.student_ids:
            continue
        with _act(clerk, student.acting_as(), at):
            work = hand_in(
                student,
                student_id,
                homework_id,
                file=(f"работа {number + 1}.txt", [f"{WORK}{number + 1}\n".encode()]),
                words="Сделано дома.",
                at=at,
            )
        if number or teacher is None:
            continue
        later = at + timedelta(hours=2)
        with _act(clerk, teacher.acting_as("teacher"), later):
            comment_work(
                teacher, work.pk, text="Хорошо. Схему второго предложения проверим на уроке.", at=later
            )
