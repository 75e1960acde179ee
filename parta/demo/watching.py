"""What is watched in the demo: a telephone that a teacher's account did not know, a print that waits for agreement."""

from datetime import timedelta

from django.urls import reverse

from parta.archive.models import PaperSet
from parta.demo.clerk import Clerk
from parta.demo.families import Human
from parta.people.actions import handouts, watches
from parta.people.actions.sign_ins import note_sign_in
from parta.people.models import KnownDevice, User
from parta.people.viewer import Viewer, account

AGO = timedelta(minutes=25)
PURPOSE = "второй экземпляр для прошивки в архив, опись № 14"


def new_device(clerk: Clerk, login: str) -> None:
    """The shown teacher's account was opened from a new telephone, something was written, and nobody has answered."""
    user = User.objects.get(login=login)
    at, random = clerk.now - AGO, clerk.random("new device")
    keys = [f"{random.getrandbits(256):064x}" for _ in range(3)]
    known, new = (
        KnownDevice.objects.create(user=user, token_hash=key, made_at=at, seen_at=at) for key in keys[:2]
    )
    row = note_sign_in(
        user=user,
        session_key=keys[2][:40],
        address="198.51.100.23",
        agent="Chrome, Android",
        device=keys[1],
        is_known=False,
        at=at,
        device_id=new.pk,
    )
    if row.watch_id is not None:
        watches.note_act(row.watch_id, ["mark_recorded"], at=at + timedelta(minutes=4))
    # The browser that looks at the demo has to stand for the known one: no other is.
    known.delete()


def _viewer(clerk: Clerk, human: Human) -> Viewer | None:
    found = account(human.user_id or 0, clerk.school_id, clerk.now - AGO)
    return found.viewer if found is not None else None


def second_person(clerk: Clerk, operator: Human, secretary: Human) -> None:
    """The school lets its data out when the deputy agrees; the secretary's request waits for the answer."""
    at = clerk.now - AGO
    sets, asks = (_viewer(clerk, one) for one in (operator, secretary))
    if sets is None or asks is None:
        return
    with clerk.act(at):
        handouts.set_rule(viewer=sets, wait_hours=0, second_role="deputy", second_kinds="print", at=at)
    printed = PaperSet.objects.filter(school_id=clerk.school_id).order_by("-id").first()
    address = reverse("paper_pdf", args=(printed.pk,)) if printed else reverse("papers")
    with clerk.act(at):
        handouts.state_purpose(viewer=asks, kind="print", address=address, purpose=PURPOSE, at=at)
