"""`parta export`: the school as the workbook that `parta import` reads."""

from argparse import ArgumentParser, Namespace

from parta.cli import installation
from parta.cli.screen import say


def add_arguments(parser: ArgumentParser) -> None:
    from parta.exchange import commands

    commands.add_export_arguments(parser)


def run(arguments: Namespace) -> int:
    """Write it."""
    installation.load()
    installation.require_database()
    from parta.exchange import commands

    return commands.run_export(arguments, say)
