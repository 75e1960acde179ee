"""Clauses on the act itself: one place, its edition and grounds, dated changes, one law for everybody."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.log import SYSTEM
from parta.journal.rules.acts import Place
from parta.journal.rules.owed import Scope
from parta.regulation.actions import adopt, set_setting
from parta.regulation.edition import parse_edition
from parta.regulation.models import Edition, SettingValue
from parta.regulation.queries import law as law_of_school
from tests.cast import actor_of, preset_file
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    TUESDAY,
    ids,
    mark,
    owed,
    page,
    presets,
    refused_by,
    saved,
    send,
    under,
)


def source(preset: str) -> str:
    return preset_file(preset).read_text(encoding="utf-8")


@presets((GYMNASIUM, "GT-P-0"), (CENTRE, "CT-0"), (IPATOVO, "IP-0"), (COLLEGE, "ET-0a"), (COLLEGE, "ET-0b"))
def test_page_of_the_act_and_the_edition_of_every_finding(cast: Any, client_of: Any) -> None:
    expected = {
        GYMNASIUM: ("Положение о ведении электронного учета", "директор"),
        CENTRE: ("ЦТ Заводского района", "директор А. Б. Ткаченко"),
        IPATOVO: ("Порядок ведения электронного классного журнала", "приказ по школе, № 699 от 31.12.2015"),
        COLLEGE: ("Егорьевский техникум", "приказ директора, № 443 от 23.04.2020"),
    }[cast.preset]
    for name in ("director", "deputy", "teacher", "guardian"):
        words = page(client_of(cast.people[name]), "/regulation/")
        assert all(part in words for part in expected), name
        assert "с 1 сентября 2026 г." in words and "действует" in words
    if cast.preset == COLLEGE:
        assert "протокол педагогического совета № 19 от 22.04.2020" in words
    moment = cast.local(date(2026, 10, 30), 0)
    with clock.rehearse(moment):
        board = page(client_of(cast.director), "/control/?since=2026-10-01&until=2026-10-30")
        body = client_of(cast.director).get("/control/?since=2026-10-01&until=2026-10-30").content.decode()
    overdue = [one for one in owed(cast, moment) if one.overdue]
    assert overdue and board.count("редакция с 01.09.2026") >= len(overdue)
    assert body.count('<a href="/regulation/">') >= len(overdue), "every finding leads to the act"
    Edition.objects.filter(school=cast.school).update(in_force_from=date(2026, 10, 9))
    dates = {one.date for one in owed(cast, moment)}
    assert dates and min(dates) == date(2026, 10, 9), "nothing is found before the edition took effect"


@presets((DUBROVO, "DB-0"))
def test_another_rule_set_gives_other_findings(cast: Any, client_of: Any) -> None:
    words = page(client_of(cast.director), "/regulation/")
    assert "Дубровская СОШ" in words and "с 1 сентября 2026 г." in words
    moment = cast.local(date(2026, 10, 14), 0)
    own = {clause for one in owed(cast, moment) for clause in ids(one)}
    assert own and all(clause.startswith("DB-") for clause in own)
    Edition.objects.filter(school=cast.school).delete()
    adopt(
        school_id=cast.school.id,
        source=source(IPATOVO),
        by=SYSTEM,
        at=cast.at,
        in_force_from=date(2026, 9, 1),
    )
    other = {clause for one in owed(cast, moment) for clause in ids(one)}
    assert other and all(clause.startswith("IP-") for clause in other)


GROUNDS = [
    (COLLEGE, "ET-1.1a", "№ 273-ФЗ «Об образовании в Российской Федерации» от 29 декабря 2012 г."),
    (
        COLLEGE,
        "ET-1.1c",
        "по электронным журналам от 15 февраля 2012 г. (в редакции от 21.10.2014)",
    ),
    (
        COLLEGE,
        "ET-1.1d",
        "№ Р-307 о введении журналов в колледжах от 27 апреля 2020 г. позже утверждения положения",
    ),
    (
        COLLEGE,
        "ET-1.1e",
        "№ 253 о введении электронного журнала от 12 мая 2020 г. позже утверждения положения",
    ),
    (CENTRE, "CT-1.1a", "№ 273-ФЗ «Об образовании в Российской Федерации» от 29 декабря 2012 г."),
    (CENTRE, "CT-1.1d", "№ 01-51-088ин об использовании информационных ресурсов от 13 августа 2002 г."),
    (CENTRE, "CT-1.1g", "письмо № АП-147/07 от 15 февраля 2012 г."),
    (IPATOVO, "IP-1.2a", "об услугах, оказываемых в электронной форме"),
    (IPATOVO, "IP-1.2c", "Нормы документооборота и учета учебной деятельности"),
    (DUBROVO, "DB-1.2a", "№ СЭД-26-01-06-227 от 14 марта 2019 г."),
]


@pytest.mark.parametrize(
    ("cast", "ground"),
    [
        pytest.param(preset, words, id=clause, marks=pytest.mark.clause(clause))
        for preset, clause, words in GROUNDS
    ],
    indirect=["cast"],
)
def test_grounds_of_the_act_are_listed_with_number_and_date(cast: Any, client_of: Any, ground: str) -> None:
    words = page(client_of(cast.director), "/regulation/")
    assert ground in words
    assert words.count("позже утверждения положения") == (2 if cast.preset == COLLEGE else 0), (
        "only what is later"
    )


@under(COLLEGE)
@pytest.mark.clause("ET-1.1b", partly="отказы по персональным данным закон не называют")
def test_personal_data_law_is_listed(cast: Any, client_of: Any) -> None:
    assert "№ 152-ФЗ «О персональных данных» от 27 июля 2006 г." in page(
        client_of(cast.director), "/regulation/"
    )


@under(DUBROVO)
@pytest.mark.clause("DB-1.2b", partly="показатели мониторинга в отчёте")
@pytest.mark.clause("DB-1.4", partly="открываются правила, а не полный текст документа")
def test_act_of_monitoring_is_listed_and_rules_open_from_a_finding(cast: Any, client_of: Any) -> None:
    assert "№ СЭД-26-01-06-1002" in page(client_of(cast.director), "/regulation/")
    assert 'href="/regulation/"' in client_of(cast.director).get("/control/").content.decode()


@presets((COLLEGE, "ET-1.14"))
def test_a_new_edition_closes_the_old_one_at_its_date(cast: Any, client_of: Any) -> None:
    """From Wednesday on a Latin topic is refused; yesterday's lesson is still judged by the old text."""
    new = source(COLLEGE).replace(
        'exempt = ["in_brackets", "in_quotes"]\non_breach = "remark"',
        'exempt = ["in_brackets", "in_quotes"]\non_breach = "refuse"',
    )
    assert new != source(COLLEGE)
    assert Edition.objects.get(school=cast.school).in_force_until is None, "no end of its own"
    adopt(school_id=cast.school.id, source=new, by=SYSTEM, at=cast.at, in_force_from=cast.on)
    old, current = Edition.objects.filter(school=cast.school).order_by("in_force_from")
    assert (old.in_force_until, current.in_force_from, current.in_force_until) == (cast.on, cast.on, None)
    foreign = {
        "fact": "homework",
        "student": None,
        "text": "Learn the words, page 5",
        "none": False,
        "seen": 1,
    }
    yesterday = send(
        client_of(cast.teacher), cast.russian, foreign | {"lesson": cast.lesson_on("russian", TUESDAY).id}
    )
    assert "ET-6.8a" in yesterday.content.decode()
    assert yesterday.status_code == 200, yesterday.content.decode()
    today = send(client_of(cast.teacher), cast.russian, foreign | {"lesson": cast.lesson.id, "seen": 0})
    assert "ET-6.8a" in refused_by(today)
    words = page(client_of(cast.director), "/regulation/")
    assert "с 1 сентября 2026 г. по 13 октября 2026 г." in words and "редакция не действует" in words


@presets((CENTRE, "CT-1.4"))
def test_one_law_for_every_department(cast: Any, client_of: Any) -> None:
    """A head of department has no way to relax a rule; a change of the institution bears on all at once."""
    head = client_of(cast.head_of_department)
    for address in ("/setup/", "/setup/lists/", f"/setup/journals/{cast.russian.pk}/"):
        assert head.get(address).status_code == 403 and head.post(address, {"act": "save"}).status_code == 403
    assert head.post("/regulation/", {"author_grace": "1d"}).status_code == 405
    assert "<form" not in head.get("/regulation/").content.decode().split("<main")[1]
    moment = cast.local(date(2026, 10, 14), 0)
    late = {one.lesson_id for one in owed(cast, moment) if one.overdue and one.fact == "roll"}
    assert {cast.lesson_on("maths", TUESDAY).pk} <= late
    Edition.objects.filter(school=cast.school).delete()
    looser = source(CENTRE).replace(
        'kind = "attendance_deadline"\nwithin = "same_day"', 'kind = "attendance_deadline"\nwithin = "9d"'
    )
    adopt(school_id=cast.school.id, source=looser, by=SYSTEM, at=cast.at, in_force_from=date(2026, 9, 1))
    assert not [one for one in owed(cast, moment) if one.overdue and one.fact == "roll"], (
        "in every department"
    )


@under(COLLEGE)
@pytest.mark.clause("ET-A-IT-1a")
def test_history_of_a_setting_shows_old_new_who_and_when(cast: Any, client_of: Any) -> None:
    change(cast, "control_within", "3d", date(2026, 9, 1))
    change(cast, "control_within", "5d", cast.on)
    words = page(client_of(cast.operator), "/regulation/")
    assert "5 дней" in words and "3 дня с 1 сентября 2026 г.: Лаптева, 14 октября 2026 г." in words


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.7")
def test_changed_parameter_is_shown(cast: Any, client_of: Any) -> None:
    change(cast, "absence_reason_within", "5d", cast.on)
    assert "5 дней с 14 октября 2026 г.: Лаптева" in page(client_of(cast.operator), "/regulation/")


def change(cast: Any, name: str, value: Any, since: date) -> None:
    """The deputy head chooses a setting from a day on."""
    code = Edition.objects.get(school=cast.school).code
    by = actor_of(cast.deputy, "deputy")
    set_setting(
        school_id=cast.school.id,
        act_code=code,
        name=name,
        value=value,
        in_force_from=since,
        by=by,
        at=cast.at,
    )


@presets((GYMNASIUM, "GT-P-1.1a"), (CENTRE, "CT-1.2a"))
def test_every_row_of_the_act_stands_in_the_ledger(cast: Any, client_of: Any, request: Any) -> None:
    from conformance.ledger import entries
    from conformance.requirements import requirements

    act, count = {"GT-P-1.1a": ("goethe23", 188), "CT-1.2a": ("kemerovo-ct", 82)}[request.node.callspec.id]
    rows = [row.id for row in requirements() if row.document == act]
    assert [entry.id for entry in entries({}) if entry.document == act] == rows and len(rows) == count
    assert listed(cast, client_of(cast.deputy)) == set(rows)


def listed(cast: Any, client: Any, more: str = "") -> set[str]:
    """Ids on the page of all clauses, apart from what a school added itself."""
    words = client.get(
        f"/regulation/clauses/?act={Edition.objects.get(school=cast.school).code}{more}"
    ).content.decode()
    return {id for id in re.findall(r'<small class="mut">([^<]+)</small></th>', words) if "SCHOOL" not in id}


@under(GYMNASIUM)
def test_the_page_of_clauses_says_how_each_is_kept(cast: Any, client_of: Any) -> None:
    """A deadline holds the record, a programme is watched, an aim is left to people; a family reads it too."""
    for name in ("deputy", "guardian"):
        client = client_of(cast.people[name])
        assert "GT-P-2.4a" in listed(cast, client, "&state=guard") and "GT-P-2.4a" not in listed(
            cast, client, "&state=watch"
        )
        assert "GT-I-5.2.tch.и-b" in listed(cast, client, "&state=watch")
        assert "GT-I-1.3" in listed(cast, client, "&state=outside")
    # without its number a rule waits, and says so
    edition = Edition.objects.get(school=cast.school)
    edition.source = edition.source.replace("programme_lag = { default = 2,", "programme_lag = {")
    edition.save(update_fields=["source"])
    type(cast.school).objects.filter(pk=cast.school.pk).update(law_version=99)
    assert "GT-I-2.8" in listed(cast, client_of(cast.deputy), "&state=waits")


@under(COLLEGE)
def test_a_setting_changes_the_journal_from_its_day_and_not_before(cast: Any, client_of: Any) -> None:
    change(cast, "theory_works", ["oral"], cast.on)
    client = client_of(cast.teacher)
    refused = send(client, cast.russian, mark(cast.lesson, cast.named("Авдеев"), "5", "written"))
    assert "ET-A-TEACHER-3b" in refused_by(refused)
    earlier = cast.lesson_on("russian", TUESDAY)
    saved(send(client, cast.russian, mark(earlier, cast.named("Авдеев"), "5", "written")))
    assert owed(cast, cast.at + timedelta(days=1), Scope(teacher_id=cast.teacher.pk))


@under(IPATOVO)
@pytest.mark.clause("IP-1.1")
def test_nobody_below_the_deputy_relaxes_a_rule_for_a_class(cast: Any, client_of: Any) -> None:
    """Every number the act leaves to the school is the deputy's or the director's; a draft waits for the director."""
    from conformance.ledger import entries
    from conformance.requirements import requirements

    edition = parse_edition(source(IPATOVO))
    assert {one.changed_by for one in edition.settings} <= {"deputy", "director"}
    code = Edition.objects.get(school=cast.school).code
    form = {"act": "choose", "value": "30d", "since": cast.on.isoformat()}
    for one in edition.settings:
        address = f"/regulation/setting/?act={code}&name={one.name}"
        for name in ("teacher", "class_teacher", "head_of_department", "operator", "secretary", "guardian"):
            assert client_of(cast.people[name]).post(address, form).status_code in (403, 422), (
                one.name,
                name,
            )
    assert not SettingValue.objects.filter(school=cast.school).exists()
    for name in ("teacher", "class_teacher", "head_of_department"):
        assert client_of(cast.people[name]).post("/regulation/drafts/", {"act": "propose"}).status_code == 403
    # one demand for every class: the same limit, whichever class is asked
    law = law_of_school.__wrapped__(cast.school.id, 0)
    limits = {
        (rule.kind.name, str(rule.params))
        for homeroom in ("6Б", "3А")
        for rule in law.on(cast.on).bench(Place(grade=6, homeroom=homeroom)).of("lesson_deadline")
    }
    assert len(limits) == 1
    answer = client_of(cast.deputy).post(f"/regulation/setting/?act={code}&name=mark_within", form)
    assert answer.status_code == 302, "the deputy may, for the whole school"
    rows = [row.id for row in requirements() if row.document == "ipatovo1"]
    assert [entry.id for entry in entries({}) if entry.document == "ipatovo1"] == rows and len(rows) == 88
    assert listed(cast, client_of(cast.deputy)) >= set(rows)
