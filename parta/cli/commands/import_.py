"""`parta import`: a file of the school, shown first, brought in after consent."""

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

    return commands.run(arguments, say, progress)
