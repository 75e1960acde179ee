"""Codes a regulation file may use for people and events, with their Russian words."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches

__all__ = [
    "POST",
    "RELATIONS",
    "ROLES",
    "TEACHING",
    "allowed",
    "base_role",
    "closest",
    "post_code",
    "role_code",
    "role_words",
]

ROLES: Mapping[str, tuple[str, str]] = {
    # code: (nominative, dative)
    "director": ("директор", "директору"),
    "deputy": ("заместитель директора", "заместителю директора"),
    "administration": ("администрация", "администрации"),
    "controllers": (
        "заместители директора и заведующие отделениями",
        "заместителю директора или заведующему",
    ),
    "head_of_department": ("заведующий отделением", "заведующему отделением"),
    "head_of_branch": ("заведующий филиалом", "заведующему филиалом"),
    "journal_officer": ("ответственный за журнал", "ответственному за журнал"),
    "operator": ("ответственный оператор", "ответственному оператору"),
    "administrator": ("администратор журнала", "администратору журнала"),
    "secretary": ("секретарь", "секретарю"),
    "teacher": ("учитель", "учителю"),
    "class_teacher": ("классный руководитель", "классному руководителю"),
    "master": ("мастер производственного обучения", "мастеру производственного обучения"),
    "pedagogue": ("педагог", "педагогу"),
    "substitute": ("замещающий учитель", "замещающему учителю"),
    "social_pedagogue": ("социальный педагог", "социальному педагогу"),
    "nurse": ("медицинский работник", "медицинскому работнику"),
    "student": ("ученик", "ученику"),
    "guardian": ("родитель", "родителям"),
    "inspector": ("проверяющий", "проверяющему"),
    "staff": ("сотрудник", "сотрудникам"),
    "other_staff": ("другой сотрудник", "другим сотрудникам"),
    "system": ("система", "системе"),
}
"""Who a duty falls on, who is told, who may permit."""

POST = "post:"
"""How the code of a post begins that an act names for itself: ``post:deputy:командир роты``."""
HELD = (
    "director", "deputy", "operator", "head_of_department", "teacher", "class_teacher", "master", "social_pedagogue",
    "nurse", "secretary",
)  # fmt: skip
"""Roles a post may have the rights of: those given to a person from a day on."""
LONGEST_POST = 40

_ALIASES: Mapping[str, str] = {"parent": "guardian", "deputy_head": "deputy", "responsible_deputy": "deputy"}

RELATIONS: Mapping[str, str] = {
    "assigned": "учитель по нагрузке",
    "substitute": "замещающий на этом уроке",
    "subgroup_teacher": "учитель подгруппы",
    "class_teacher": "классный руководитель",
}
"""What ties a writer to a lesson."""

TEACHING = frozenset({"assigned", "substitute", "subgroup_teacher"})
"""Relations of one who holds the lesson."""

_GROUPS: Mapping[str, frozenset[str]] = {
    "administration": frozenset({"director", "deputy"}),
    "controllers": frozenset({"deputy", "head_of_department", "head_of_branch"}),
}


def allowed(
    word: object, names: Iterable[object], *, in_order: bool = False, also: Iterable[str] = ()
) -> str:
    """«возможно, вы имели в виду «within»; допустимы: a, b»: how a message goes on after a word that does not fit.

    ``also`` are words that may have been meant but stand elsewhere: they are guessed and not listed.
    """
    known = [str(name) for name in names]
    close = get_close_matches(str(word).lower(), [*known, *also], n=1, cutoff=0.7)
    guess = f"возможно, вы имели в виду «{close[0]}»; " if close else ""
    return f"{guess}допустимы: {', '.join(known if in_order else sorted(known)) or 'ни одного'}"


def closest(word: object, names: Iterable[str]) -> str:
    """What may have been meant of very many names, and where all of them are listed."""
    known = list(names)
    close = get_close_matches(str(word).lower(), known, n=1, cutoff=0.7) or get_close_matches(
        str(word).lower(), known, n=3, cutoff=0.5
    )
    guess = f"возможно, вы имели в виду {' или '.join(f'«{name}»' for name in close)}; " if close else ""
    return f"{guess}все виды — в справке «Виды правил» (parta regulation kinds)"


_OWN: ContextVar[Mapping[str, str]] = ContextVar("own_words")


@contextmanager
def own_words(words: Mapping[str, str]) -> Iterator[None]:
    """While it lasts, codes an act has given words to are said in them: its own kinds of work."""
    token = _OWN.set(words)
    try:
        yield
    finally:
        _OWN.reset(token)


def own_word(code: str) -> str:
    """The word of the act that is being said for a code of its own; the code itself where it has none."""
    words = _OWN.get(None)
    return code if words is None else words.get(code, code)


def post_code(role: str, name: str) -> str:
    """The code of an act's own post, held with the rights of a role: who holds it has it among the roles."""
    return f"{POST}{role}:{name}"


def base_role(code: str) -> str:
    """The role whose rights a post has; a role itself."""
    return code.split(":")[1] if code.startswith(POST) else code


def _is_post(code: str) -> bool:
    kind, _, held = code.partition(":")
    role, _, name = held.partition(":")
    return f"{kind}:" == POST and role in HELD and bool(name)


def role_code(word: str) -> str:
    """The role code for a word of a regulation file; ``parent`` and ``guardian`` are one. Codes of posts are made by
    the reader out of the act's section [posts].

    Raises ``ValueError`` with the allowed codes.
    """
    code = _ALIASES.get(word, word)
    if code not in ROLES and not _is_post(code):
        named = word if len(word) <= LONGEST_POST else f"{word[: LONGEST_POST - 1]}…"
        raise ValueError(
            f"«{named}» — неизвестная роль; {allowed(word, [*ROLES, *_ALIASES], in_order=True)}. Свою должность школы"
            f' объявите разделом [posts]: "{named}" = "deputy" — с чьими правами'
        )
    return code


def expand_roles(codes: Iterable[str]) -> frozenset[str]:
    """Single roles behind group codes such as ``controllers``."""
    found: set[str] = set()
    for code in codes:
        found |= _GROUPS.get(code, frozenset({code}))
    return frozenset(found)


def role_words(codes: Iterable[str], *, dative: bool = False) -> str:
    """Role codes as Russian words in the given order: «учитель, заместитель директора»."""
    return ", ".join(_role_word(code, dative=dative) for code in codes)


def _role_word(code: str, *, dative: bool) -> str:
    if code.startswith(POST):
        name = code.split(":", 2)[2]
        return f"должности «{name}»" if dative else name
    return ROLES.get(code, (code, code))[1 if dative else 0]
