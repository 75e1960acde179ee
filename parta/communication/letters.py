"""A letter as it is sent: plain text and HTML of the same words, with the headers a mail program needs.

The address and what may still be told are read at the last moment. Sending is one talk with the server for many
letters; nothing here opens a transaction, so a server that hangs holds no lock.
"""

import smtplib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.urls import reverse

from parta.communication.actions import delivery
from parta.communication.kinds import KINDS
from parta.communication.models import Bounce, Mail
from parta.foundation.language import RUSSIAN, say, speaking
from parta.people.actions import watches
from parta.people.actions.access import code_by_mail
from parta.people.refusals import on_paper
from parta.people.sign_in_queries import NOTICES, spoken

SALT = "parta.communication.unsubscribe"


def unsubscribe_token(person_id: int) -> str:
    """What an address to stop all mail ends with: signed, without a term, of one person."""
    return signing.dumps(person_id, salt=SALT, compress=False)


def person_of_token(token: str) -> int | None:
    """Whose mail a token stops; None for one that is not ours."""
    try:
        found = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None


def is_possible() -> bool:
    """Whether this installation has a mail server and a name to send under."""
    return bool(settings.EMAIL_HOST and settings.DEFAULT_FROM_EMAIL and settings.SITE_URL)


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter ready to go, or why it must not (`withheld`, `refused`)."""

    message: EmailMultiAlternatives | None
    address: str = ""
    why_not: str = ""
    fault: str = ""


def prepare(mail: Mail, at: datetime) -> Ready:
    """Read the address, take out what was refused meanwhile, write the letter in its reader's language."""
    account = mail.person.user
    with speaking(account.language if account else RUSSIAN):
        return _written(mail, at)


def _written(mail: Mail, at: datetime) -> Ready:
    person, school = mail.person, mail.school
    on = at.astimezone(ZoneInfo(school.timezone)).date()
    if mail.way == "account":
        return _account(mail)
    if not person.email:
        return Ready(None, why_not="refused", fault="нет адреса")
    if Bounce.objects.filter(person=person, address=person.email, is_lasting=True).exists():
        return Ready(None, why_not="refused", fault="этот адрес писем не принимает")
    if mail.way == "access":
        return _access(mail, at)
    notices = list(mail.notices.filter(withheld_at=None).order_by("student_id", "happened_at", "id"))
    refusing = on_paper([one.student_id for one in notices if one.student_id is not None], on)
    if refusing:
        delivery.withhold(mail, refusing, at)
        notices = [one for one in notices if one.student_id not in refusing]
    if not notices:
        return Ready(None, why_not="withheld", fault="семья отказалась от электронной формы")
    zone = ZoneInfo(school.timezone)
    groups: dict[str, list[tuple[str, str, datetime]]] = {}
    for one in notices:
        link = f"{settings.SITE_URL}{one.path}"
        groups.setdefault(say(KINDS[one.kind].title), []).append(
            (one.says, link, one.happened_at.astimezone(zone))
        )
    subject = {
        "now": notices[0].says if len(notices) == 1 else f"{groups_words(groups)}",
        "daily": say("За день: {what}", what=groups_words(groups)),
        "weekly": say("За неделю: {what}", what=groups_words(groups)),
    }[mail.way]
    stop = f"{settings.SITE_URL}{reverse('unsubscribe', args=[unsubscribe_token(person.pk)])}"
    context: dict[str, object] = {
        "groups": list(groups.items()),
        "school": school.short_name,
        "site": settings.SITE_URL,
        "choose": f"{settings.SITE_URL}{reverse('notify')}",
        "stop": stop,
        "way": mail.way,
    }
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return Ready(_message(mail, person.email, subject, "notices", context, headers), person.email)


def groups_words(groups: dict[str, list[tuple[str, str, datetime]]]) -> str:
    """«новая отметка (3), пропуск или опоздание»: what a letter of many things holds."""
    return ", ".join(
        title[:1].lower() + title[1:] + (f" ({len(lines)})" if len(lines) > 1 else "")
        for title, lines in groups.items()
    )


def _access(mail: Mail, at: datetime) -> Ready:
    issue = mail.issue
    if issue is None or issue.used_at or issue.void_at or (issue.expires_at and issue.expires_at <= at):
        return Ready(None, why_not="withheld", fault="код уже не действует")
    code = code_by_mail(issue)
    zone = ZoneInfo(mail.school.timezone)
    context: dict[str, object] = {
        "login": mail.person.user.login if mail.person.user else "",
        "code": "-".join(code[start : start + 4] for start in range(0, len(code), 4)),
        "link": f"{settings.SITE_URL}{reverse('activate')}?code={code}",
        "until": issue.expires_at.astimezone(zone) if issue.expires_at else None,
        "is_recovery": issue.way == "recovery",
        "school": mail.school.short_name,
    }
    subject = (
        say("Вход в Парту: новый пароль") if issue.way == "recovery" else say("Вход в Парту: код активации")
    )
    return Ready(_message(mail, mail.person.email, subject, "access", context, {}), mail.person.email)


ABOUT_SIGN_IN = frozenset({"new_device", "first_device"})
"""Kinds of account notices whose letter carries the link that stops the account."""
SEEN_AT = {"watch": "signals", "incident": "incidents", "handout_asked": "handouts"}
"""Where a notice is looked into, when it is not the page of one's own account."""


def _account(mail: Mail) -> Ready:
    """What happened to an account: a bounced address is tried all the same, for it is not said twice."""
    notice = mail.account_notice
    address = notice.letter_address or mail.person.email if notice else ""
    if notice is None or not address:
        return Ready(None, why_not="refused", fault="нет адреса")
    title = say(NOTICES.get(notice.kind, notice.kind))
    stop = ""
    if notice.kind in ABOUT_SIGN_IN and notice.sign_in_id is not None:
        stop = f"{settings.SITE_URL}{reverse('not_me', args=[watches.token_of(notice.sign_in_id)])}"
    context: dict[str, object] = {
        "title": title,
        "words": spoken(notice.words),
        "when": notice.at.astimezone(ZoneInfo(mail.school.timezone)),
        "login": notice.user.login,
        "school": mail.school.short_name,
        "link": f"{settings.SITE_URL}{reverse(SEEN_AT.get(notice.kind, 'account'))}",
        "stop": stop,
        "days": watches.LETTER_LASTS.days,
        "is_former": bool(notice.letter_address),
    }
    return Ready(_message(mail, address, f"Парта: {title}", "account", context, {}), address)


def _message(
    mail: Mail, address: str, subject: str, template: str, context: dict[str, object], headers: dict[str, str]
) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=" ".join(f"{subject}".split())[:160],
        body=render_to_string(f"communication/mail/{template}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={
            "Message-ID": mail.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **headers,
        },
    )
    message.attach_alternative(render_to_string(f"communication/mail/{template}.html", context), "text/html")
    return message


class ServerDown(Exception):
    """The mail server did not answer, fell silent or sends us away: no letter goes now."""


class Post:
    """One connection to the mail server, opened at the first letter and again after it broke."""

    def __init__(self) -> None:
        self.backend: EmailBackend | None = None

    def close(self) -> None:
        """Say good-bye; a server that has gone is no matter."""
        if self.backend is not None:
            self.backend.fail_silently = True
            self.backend.close()
        self.backend = None

    def _open(self) -> EmailBackend:
        if self.backend is None:
            backend = EmailBackend()
            try:
                backend.open()
            except (OSError, smtplib.SMTPException) as fault:
                raise ServerDown(_words(fault)) from fault
            self.backend = backend
        return self.backend

    def send(self, message: EmailMultiAlternatives) -> None:
        """Send one letter. Raises ServerDown, SMTPRecipientsRefused, SMTPDataError."""
        try:
            self._open().send_messages([message])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
            raise
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            raise ServerDown(_words(fault)) from fault


def _words(fault: BaseException) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{fault.smtp_code} {_text(fault.smtp_error)}"
    return f"{type(fault).__name__}: {fault}"[:300]


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def send_one(post: Post, mail: Mail, at: datetime) -> None:
    """Send a letter that is in hand and note what became of it. Raises ServerDown after putting it off."""
    ready = prepare(mail, at)
    if ready.message is None:
        delivery.settle(mail, ready.why_not, at, ready.fault)
        return
    try:
        post.send(ready.message)
    except smtplib.SMTPRecipientsRefused as fault:
        code, words = next(iter(fault.recipients.values()))
        said = f"{code} {_text(words)}"
        is_lasting = 500 <= code < 600
        if is_lasting:
            delivery.note_bounce(
                mail, ready.address, code=str(code), says=_text(words), is_lasting=True, at=at
            )
            delivery.settle(mail, "refused", at, said)
        else:
            delivery.put_off(mail, at, said)
    except smtplib.SMTPDataError as fault:
        if 500 <= fault.smtp_code < 600:
            delivery.settle(mail, "refused", at, _words(fault))
        else:
            delivery.put_off(mail, at, _words(fault))
    except ServerDown as fault:
        delivery.put_off(mail, at, str(fault))
        raise
    else:
        delivery.settle(mail, "sent", at)
