"""`parta import`: a file of the school, shown first, brought in after consent."""

import sys
from argparse import ArgumentParser, Namespace

from parta.cli import installation
from parta.cli.screen import progress, say


def add_arguments(parser: ArgumentParser) -> None:
    from parta.exchange import commands

    commands.add_arguments(parser)


def run(arguments: Namespace) -> int:
    """Preview, consent, import."""
    installation.load()
    installation.require_database()
    from parta.exchange import commands

    if sys.stdin.isatty() and not arguments.apply:
        return commands.run(arguments, say)  # a moving bar and a question do not share one line
    with progress() as report:
        return commands.run(arguments, say, report)
