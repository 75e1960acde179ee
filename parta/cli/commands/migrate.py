"""`parta migrate`: make the database or bring it up to date."""

from argparse import ArgumentParser, Namespace

from parta.cli import installation
from parta.cli.screen import plural, say


def add_arguments(parser: ArgumentParser) -> None:
    """No arguments of its own."""


def run(arguments: Namespace) -> int:
    """Apply what is missing."""
    installation.load()
    count = installation.migrate()
    if count:
        say(
            f"База данных готова: {plural(count, 'изменение внесено', 'изменения внесены', 'изменений внесено')}."
        )
    else:
        say("База данных уже в порядке.")
    return 0
