"""`parta bounces`: letters that came back, from the mailbox of the sender: whose addresses take none."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from parta.cli import installation
from parta.cli.screen import Failure, say


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "sources",
        metavar="ПОЧТА",
        nargs="+",
        help="письмо, mbox или папка Maildir; «-»: одно письмо из стандартного ввода",
    )


def run(arguments: Namespace) -> int:
    """Read reports of mail servers; what is noted already is passed over, so the same box may be read each night."""
    installation.load()
    installation.require_database()
    from parta.communication.actions.delivery import note_returned
    from parta.communication.bounces import read
    from parta.foundation import clock
    from parta.foundation.pagekit import plural

    seen = noted = 0
    for letter in _letters(arguments.sources):
        seen += 1
        noted += sum(note_returned(one, clock.now()) for one in read(letter))
    say(
        f"Прочитано: {plural(seen, 'письмо', 'письма', 'писем')}."
        f" Новых возвратов: {noted}. Адреса видны в «Рассылке школы» и классному руководителю."
    )
    return 0


def _letters(sources: list[str]) -> Iterator[bytes]:
    from parta.communication.bounces import LARGEST, letters_of

    for source in sources:
        try:
            if source == "-":
                yield sys.stdin.buffer.read(LARGEST)
            else:
                yield from letters_of(Path(source))
        except OSError as fault:
            raise Failure(f"Почта не читается: {source} ({fault.strerror or fault}).") from None
