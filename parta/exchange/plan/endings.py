"""What leaves the school for lack of a row in the file."""

from __future__ import annotations

from ..located import Where
from .draft import Draft
from .outcome import State


def keep_what_stands(draft: Draft) -> None:
    """With refused rows the file is not the whole truth: nothing leaves load or timetable for lack of a row."""
    if not draft.problems.errors:
        return
    ended = [item for item in draft.items if item.state is State.ENDED and item.kind in {"load", "slot"}]
    if ended:
        draft.items = [item for item in draft.items if item not in ended]
        draft.year.links["standing"] = draft.left_standing
        draft.problems.warn(
            Where(draft.data.file),
            "Пока есть отвергнутые строки, из нагрузки и расписания ничего не снимается "
            f"(в файле нет: {len(ended)}).",
        )
