"""Cases of the acts about accounts: access, the second step, sign-ins, outside identities, incidents."""

from datetime import timedelta
from typing import Any

from parta.foundation.log import Actor
from parta.people import actions as people
from parta.people.actions import identities
from parta.people.models import (
    AccessIssue,
    DeviceWatch,
    KnownDevice,
    OutsideIdentity,
    Person,
    SignIn,
)
from tests.cast import PASSWORD, World
from tests.contracts.acts.steps import NEXT_YEAR, Act, Prepared, by, nothing, person
from tests.second import code_of, factor_of


def _begun(cast: World) -> Any:
    return people.second.begin_codes(viewer=cast.viewer("teacher"), password=PASSWORD, title="", at=cast.at)


def _window(cast: World) -> Any:
    """A new window in place of the one of the cast; its lot is drawn."""
    from parta.people.models import Inspection

    Inspection.objects.filter(school=cast.school).update(ended_at=cast.at)
    return people.inspection.open_inspection(
        viewer=cast.viewer("director"),
        inspector_id=cast.inspector.pk,
        purpose="проверка по обращению родителей",
        ground="приказ 12",
        homerooms=[cast.homeroom.pk],
        since=None,
        until=None,
        ends_at=cast.at + timedelta(days=3),
        at=cast.at,
    )


def _tell(cast: World) -> Any:
    from parta.people.models import InspectionAlias

    row = _window(cast)
    label = InspectionAlias.objects.get(inspection=row, person_id=cast.student.pk).label
    return people.inspection.tell_name(
        viewer=cast.viewer("director"),
        inspection_id=row.pk,
        label=label,
        reason="жалоба матери ученика",
        at=cast.at,
    )


def _incident(cast: World) -> Any:
    return people.incidents.open_incident(
        viewer=cast.viewer("director"),
        user_id=cast.teacher.user_id,
        ground="told",
        starts_at=cast.at - timedelta(days=7),
        ends_at=cast.at,
        note="пароль видели",
        stop=True,
        at=cast.at,
    )


def _closed(cast: World) -> Person:
    people.close_account(person=cast.other_teacher, **by(cast))
    return cast.other_teacher


def _asked_by_mail(cast: World) -> None:
    cast.guardian.email = "safina@mail.example"
    cast.guardian.save()


def _code(cast: World) -> str:
    (issued,) = people.issue_codes(
        school_id=cast.school.pk, person_ids=[cast.guardian.pk], lives=timedelta(days=30), **by(cast)
    )
    return issued.code


def _issue(cast: World) -> AccessIssue:
    people.reset_password(person=cast.teacher, **by(cast))
    return AccessIssue.objects.get(person=cast.teacher)


def _signed_in(cast: World) -> SignIn:
    return SignIn.objects.create(
        user=cast.teacher.user,
        session_key="acts",
        at=cast.at,
        seen_at=cast.at,
        address="10.0.0.1",
        agent="Chrome, Windows",
        device="",
    )


def _watched(cast: World) -> SignIn:
    """A sign-in of the teacher from a new device, which nobody has confirmed."""
    row = _signed_in(cast)
    row.watch = DeviceWatch.objects.create(
        user=cast.teacher.user,
        agent=row.agent,
        address=row.address,
        opened_at=cast.at,
        until=cast.at + timedelta(days=3),
    )
    row.save()
    return row


def _handout_asked(cast: World) -> Any:
    """The deputy's request for which the director must agree."""
    people.handouts.set_rule(viewer=cast.viewer("operator"), wait_hours=0, second_role="director", at=cast.at)
    return people.handouts.state_purpose(
        viewer=cast.viewer("deputy"),
        kind="export",
        address="/reports/",
        purpose="отчёт в управление, запрос 14",
        at=cast.at,
    )


def _identity(cast: World) -> OutsideIdentity:
    return OutsideIdentity.objects.create(
        user=cast.teacher.user, issuer="https://sso.example", subject="1", made_at=cast.at
    )


ACTS: dict[str, tuple[Prepared, Act]] = {
    "people.actions.access.issue_codes": (
        lambda c: person(c),
        lambda c, person: people.issue_codes(
            school_id=c.school.pk, person_ids=[person.pk], lives=timedelta(days=30), **by(c)
        ),
    ),
    "people.actions.access.recover": (
        _asked_by_mail,
        lambda c, _: people.recover([c.guardian.user_id], at=c.at),
    ),
    "people.actions.access.activate": (
        _code,
        lambda c, code: people.activate(
            code=code, new="новая-парта-у-окна-7", repeat="новая-парта-у-окна-7", at=c.at
        ),
    ),
    "people.actions.access.report_loss": (
        nothing,
        lambda c, _: people.report_loss(person=c.teacher, **by(c)),
    ),
    "people.actions.access.hand_over": (
        _issue,
        lambda c, issue: people.hand_over(issue=issue, on=c.on, to="лично", **by(c)),
    ),
    "people.actions.access.close_groundless": (
        nothing,
        lambda c, _: people.close_groundless(school_id=c.school.pk, on=c.on, **by(c)),
    ),
    "people.actions.access.bulk_issues": (
        nothing,
        lambda c, _: people.bulk_issues(
            school_id=c.school.pk,
            rows=[people.IssueRow(c.guardian.pk, c.class_teacher.user_id, c.at, c.at, "лично")],
            **by(c),
        ),
    ),
    "people.actions.accounts.change_password": (
        nothing,
        lambda c, _: people.change_password(
            user=c.teacher.user,
            current="мел-доска-парта-26",
            new="новая-парта-у-окна-7",
            repeat="новая-парта-у-окна-7",
            school_id=c.school.pk,
            by=Actor(c.teacher.user_id, "teacher"),
            at=c.at,
        ),
    ),
    "people.actions.accounts.issue_account": (
        lambda c: person(c),
        lambda c, person: people.issue_account(person=person, **by(c)),
    ),
    "people.actions.accounts.issue_missing_accounts": (
        lambda c: person(c),
        lambda c, person: people.issue_missing_accounts(
            school_id=c.school.pk, person_ids=[person.pk], **by(c)
        ),
    ),
    "people.actions.accounts.bulk_accounts": (
        lambda c: person(c),
        lambda c, person: people.bulk_accounts(
            school_id=c.school.pk, rows=[people.AccountRow(person.pk, "novikov.p")], **by(c)
        ),
    ),
    "people.actions.accounts.reset_password": (
        nothing,
        lambda c, _: people.reset_password(person=c.teacher, **by(c)),
    ),
    "people.actions.accounts.close_account": (nothing, lambda c, _: _closed(c)),
    "people.actions.accounts.reopen_account": (
        _closed,
        lambda c, person: people.reopen_account(person=person, **by(c)),
    ),
    "people.actions.incidents.disown_writes": (
        nothing,
        lambda c, _: people.incidents.disown_writes(
            viewer=c.viewer("teacher"), since=c.at - timedelta(days=7), at=c.at
        ),
    ),
    "people.actions.incidents.open_incident": (nothing, lambda c, _: _incident(c)),
    "people.actions.incidents.close_incident": (
        lambda c: _incident(c),
        lambda c, row: people.incidents.close_incident(
            viewer=c.viewer("director"), incident_id=row.pk, outcome="ничего не изменено", at=c.at
        ),
    ),
    "people.actions.inspection.open_inspection": (nothing, lambda c, _: _window(c)),
    "people.actions.inspection.end_inspection": (
        lambda c: _window(c),
        lambda c, row: people.inspection.end_inspection(
            viewer=c.viewer("director"), inspection_id=row.pk, at=c.at
        ),
    ),
    "people.actions.inspection.tell_name": (nothing, lambda c, _: _tell(c)),
    "people.actions.second.finish_codes": (
        lambda c: _begun(c),
        lambda c, row: people.second.finish_codes(
            viewer=c.viewer("teacher"), code=code_of(row, c.at), at=c.at
        ),
    ),
    "people.actions.second.add_key": (
        nothing,
        lambda c, _: people.second.add_key(
            viewer=c.viewer("teacher"),
            password=PASSWORD,
            title="ноутбук",
            credential_id="abc",
            public_key=b"1",
            sign_count=0,
            at=c.at,
        ),
    ),
    "people.actions.second.make_recovery": (
        lambda c: factor_of(c.teacher, c.at),
        lambda c, _: people.second.make_recovery(viewer=c.viewer("teacher"), at=c.at),
    ),
    "people.actions.second.drop_factor": (
        lambda c: factor_of(c.teacher, c.at),
        lambda c, row: people.second.drop_factor(viewer=c.viewer("teacher"), factor_id=row.pk, at=c.at),
    ),
    "people.actions.second.forget_trust": (
        lambda c: KnownDevice.objects.create(
            user=c.teacher.user,
            token_hash="t",
            made_at=c.at,
            seen_at=c.at,
            trusted_until=c.at + timedelta(days=9),
        ),
        lambda c, _: people.second.forget_trust(viewer=c.viewer("teacher"), at=c.at),
    ),
    "people.actions.identities.link_identity": (
        nothing,
        lambda c, _: identities.link_identity(
            viewer=c.viewer("teacher"), issuer="https://sso.example", title="Регион", subject="1", at=c.at
        ),
    ),
    "people.actions.identities.unlink_identity": (
        lambda c: _identity(c),
        lambda c, row: identities.unlink_identity(viewer=c.viewer("teacher"), identity_id=row.pk, at=c.at),
    ),
    "people.actions.second.reset_factors": (
        lambda c: factor_of(c.teacher, c.at),
        lambda c, _: people.second.reset_factors(person=c.teacher, ground="пришёл сам, паспорт", **by(c)),
    ),
    "people.actions.second.require_second_step": (
        nothing,
        lambda c, _: people.second.require_second_step(
            viewer=c.viewer("operator"),
            role="teacher",
            required_from=NEXT_YEAR - timedelta(days=300),
            at=c.at,
        ),
    ),
    "people.actions.handouts.set_rule": (
        nothing,
        lambda c, _: people.handouts.set_rule(viewer=c.viewer("operator"), wait_hours=24, at=c.at),
    ),
    "people.actions.handouts.state_purpose": (
        nothing,
        lambda c, _: people.handouts.state_purpose(
            viewer=c.viewer("deputy"),
            kind="export",
            address="/reports/",
            purpose="отчёт в управление, запрос 14",
            at=c.at,
        ),
    ),
    "people.actions.sign_ins.end_own_sessions": (
        _signed_in,
        lambda c, row: people.sign_ins.end_own_sessions(
            viewer=c.viewer("teacher"), sign_in_ids=[row.pk], at=c.at
        ),
    ),
    "people.actions.disowning.disown_sign_in": (
        _signed_in,
        lambda c, row: people.disowning.disown_sign_in(
            viewer=c.viewer("teacher"), sign_in_id=row.pk, keep="", keep_device=None, at=c.at
        ),
    ),
    "people.actions.disowning.disown_by_letter": (
        _signed_in,
        lambda c, row: people.disowning.disown_by_letter(sign_in=row, at=c.at),
    ),
    "people.actions.watches.set_rule": (
        nothing,
        lambda c, _: people.watches.set_rule(
            viewer=c.viewer("operator"),
            told_role="deputy",
            wait_minutes=30,
            at_acts=False,
            trial_hours=24,
            at=c.at,
        ),
    ),
    "people.actions.watches.confirm_device": (
        lambda c: _watched(c),
        lambda c, row: people.watches.confirm_device(
            viewer=c.viewer("teacher"), sign_in_id=row.pk, present="", at=c.at
        ),
    ),
    "people.actions.handouts.answer": (
        lambda c: _handout_asked(c),
        lambda c, row: people.handouts.answer(
            viewer=c.viewer("director"), handout_id=row.pk, agrees=True, reason="", at=c.at
        ),
    ),
    "people.actions.sign_ins.end_sessions_of": (
        _signed_in,
        lambda c, row: people.sign_ins.end_sessions_of(
            viewer=c.viewer("deputy"), user_id=row.user_id, at=c.at
        ),
    ),
    "people.actions.sign_ins.review_signal": (
        _signed_in,
        lambda c, row: people.sign_ins.review_signal(
            viewer=c.viewer("deputy"),
            kind="new_device",
            sign_in_id=row.pk,
            note="свой телефон",
            at=c.at,
        ),
    ),
}
