"""`parta template`: the empty workbook of an import, with examples, drop-downs and comments."""

from argparse import ArgumentParser, Namespace

from parta.cli import installation
from parta.cli.screen import say


def add_arguments(parser: ArgumentParser) -> None:
    from parta.exchange import commands

    commands.add_template_arguments(parser)


def run(arguments: Namespace) -> int:
    """Write it."""
    installation.load()
    from parta.exchange import commands

    return commands.run_template(arguments, say)
