"""The access table: which roles may open which page. When is a rule of the regulation; who stands here.

Each app's `access` drawer declares its permissions; a view names one with :func:`requires`. That opens the page;
the objects on it come from queries that start from the viewer's scope, so a foreign object is an absent one (404).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Protocol

from django.http import Http404, HttpRequest, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import get_resolver, reverse

from parta.foundation import confirm as confirmation
from parta.foundation import language, scope, veil
from parta.foundation.language import say

LARGEST_ID = 2**63 - 1


class Viewing(Protocol):
    """What the table needs to know of who is looking."""

    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def user_id(self) -> int: ...
    @property
    def school(self) -> Any: ...
    @property
    def must_change_password(self) -> bool: ...
    @property
    def locked(self) -> bool: ...
    @property
    def must_enrol(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Permission:
    """A named right: its title for people and the roles that have it. `public` needs no sign-in."""

    name: str
    title: str
    roles: frozenset[str]
    public: bool = False
    signed_in: bool = False
    in_russian: bool = False
    """Pages of the act: their words are not translated, so nothing around them is."""

    @property
    def is_of_families(self) -> bool:
        """Whether guardians and students come here: such pages speak every language, those of staff alone Russian."""
        if self.in_russian:
            return False
        return self.public or self.signed_in or not self.roles.isdisjoint(("guardian", "student"))

    def allows(self, viewer: Viewing | None) -> bool:
        """Whether this viewer may open pages with this permission."""
        if self.public:
            return True
        if viewer is None:
            return False
        return self.signed_in or bool(self.roles & viewer.roles)


TABLE: dict[str, Permission] = {}


def permission(
    name: str,
    title: str,
    *roles: str,
    public: bool = False,
    signed_in: bool = False,
    in_russian: bool = False,
) -> Permission:
    """Declare a permission. Raises ValueError when the name is taken."""
    if name in TABLE:
        raise ValueError(f"permission {name} is declared twice")
    TABLE[name] = Permission(name, title, frozenset(roles), public, signed_in, in_russian)
    return TABLE[name]


def may(viewer: Viewing | None, name: str) -> bool:
    """Whether the viewer has the named permission."""
    return TABLE[name].allows(viewer)


@cache
def _permissions() -> dict[str, str]:
    """The permission of every named address."""
    found: dict[str, str] = {}
    waiting: list[Any] = list(get_resolver().url_patterns)
    while waiting:
        one = waiting.pop()
        if hasattr(one, "url_patterns"):
            waiting += one.url_patterns
        elif one.name:
            found[one.name] = getattr(one.callback, "permission", "")
    return found


def opens(viewer: Viewing | None, url_name: str) -> bool:
    """Whether the page of this name opens for the viewer at all: a link to one that does not is not drawn."""
    rule = TABLE.get(_permissions().get(url_name, ""))
    return rule is not None and rule.allows(viewer)


def title_of(url_name: str) -> str:
    """What the page of this name is called in the list of rights; empty when there is no such page."""
    rule = TABLE.get(_permissions().get(url_name, ""))
    return rule.title if rule is not None else ""


View = Callable[..., HttpResponseBase]
ask_password: list[Callable[[HttpRequest], HttpResponseBase | None]] = []
"""What a locked session is answered, filled in by people; None: the password came with the request and was right."""


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a script that expects JSON."""
    return request.content_type == "application/json" or "application/json" in request.headers.get(
        "Accept", ""
    )


def requires(
    name: str,
    *,
    with_issued_password: bool = False,
    when_locked: bool = False,
    when_unenrolled: bool = False,
    confirm: str = "",
) -> Callable[[View], View]:
    """Open a view to those who have the permission.

    Nobody signed in: to the login page. An idle session: the password first, but for a view `when_locked`. An
    issued password still in use: to the page that changes it; a second step that the school requires and that is
    overdue: to the page that sets it up, but for a view `when_unenrolled`. A role without the permission: 403, the
    same for pages and scripts.

    `confirm` names the kind of `confirm.KINDS` under which the whole page is asked again (an export, a print of a
    class). Acts inside a page need no naming: the change log asks for them.
    """
    rule = TABLE[name]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if rule.public:
                scope.open_up()  # the school is not known before somebody is
            viewer = None if rule.public else request.viewer  # type: ignore[attr-defined]
            if not rule.public:
                if viewer is None:
                    if wants_json(request):
                        return JsonResponse(
                            {"error": say("Вы вышли. Войдите снова: несохранённое останется на странице.")},
                            status=401,
                        )
                    return HttpResponseRedirect(f"{reverse('login')}?next={request.path}")
                stated = request.headers.get("X-Account", "")
                if stated and stated != f"{viewer.user_id}-{viewer.school.id}":
                    # A page left open in another tab: what it sends is its own reader's, and waits for that one.
                    return JsonResponse(
                        {
                            "error": say(
                                "В браузере вошли под другой записью. Ваше сохранится, когда вы снова войдёте."
                            )
                        },
                        status=401,
                    )
                if viewer.locked and not when_locked:
                    locked = ask_password[0](request)
                    if locked is not None:
                        return locked
                if viewer.must_change_password and not with_issued_password:
                    if wants_json(request):
                        return JsonResponse({"error": say("Сначала задайте свой пароль.")}, status=403)
                    return HttpResponseRedirect(reverse("password"))
                if not rule.allows(viewer):
                    # Titles of rights are the staff's words and stay Russian: others read the page without.
                    said = rule.title if language.now() == language.RUSSIAN else ""
                    if wants_json(request):
                        return JsonResponse(
                            {"error": say("Это право есть не у вашей роли: {title}.", title=rule.title)},
                            status=403,
                        )
                    return render(request, "foundation/403.html", {"wanted": said}, status=403)
                if viewer.must_enrol and not (with_issued_password or when_unenrolled):
                    if wants_json(request):
                        return JsonResponse({"error": say("Сначала настройте второй шаг входа.")}, status=403)
                    return HttpResponseRedirect(reverse("second_step"))
            if any(isinstance(value, int) and value > LARGEST_ID for value in kwargs.values()):
                raise Http404  # no row has such a number, and no database takes it
            if not rule.is_of_families:
                language.speak(language.RUSSIAN)
            veil.real_ids(request, kwargs)
            if viewer is None:
                return view(request, *args, **kwargs)
            wrong = confirmation.take_confirmation[0](request)
            if wrong is not None:
                return wrong
            try:
                with confirmation.asking(
                    lambda: request.viewer.is_unconfirmed,  # type: ignore[attr-defined]
                    lambda: confirmation.lacks_purpose[0](request),
                ):
                    if confirm:
                        confirmation.ask(confirm)
                    return view(request, *args, **kwargs)
            except confirmation.NotConfirmed as wanted:
                return confirmation.answer_unconfirmed[0](request, wanted.kind)
            except confirmation.NoPurpose as unsaid:
                return confirmation.answer_purposeless[0](request, unsaid.kind)

        guarded.permission = name  # type: ignore[attr-defined]
        guarded.confirm = confirm  # type: ignore[attr-defined]
        return guarded

    return decorate
