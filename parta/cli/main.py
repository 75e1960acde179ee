"""Finding the command and running it; every ending has a Russian message and an exit code."""

import os
import sys
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version

from parta.cli.russian import Parser, speak_russian

COMMANDS = {
    "demo": "показательная гимназия: заполнить, запустить, показать входы",
    "serve": "запустить сервер журнала и его работника",
    "worker": "выполнять задания: ночные проверки, напоминания",
    "import": "внести данные из файла школы: книга, OneRoster, расписание",
    "template": "записать пустую книгу для заполнения",
    "export": "выгрузить школу той же книгой",
    "bounces": "внести возвраты писем: чьи адреса не принимают",
    "backup": "резервные копии: сделать, проверить восстановлением, восстановить, журнал",
    "archive": "архив года: сделать, сверить с контрольными суммами, открыть кодом директора",
    "check": "проверить цепочки истории и журналы",
    "regulation": "положение: проверить файл, рассказать, сравнить редакции",
    "school": "школы этой установки: список, новая школа",
    "user": "первый оператор школы, новый пароль",
    "migrate": "подготовить базу данных или обновить её",
    "doctor": "осмотреть установку: что настроено опасно или неверно",
}
"""Every command and its line in the help. Each is a module of parta.cli.commands with `add_arguments` and `run`."""

EPILOG = """примеры:
  parta demo                     показать Парту на выдуманной гимназии
  parta migrate                  приготовить базу новой установки
  parta template школа.xlsx      книга с примерами, списками и пояснениями
  parta import школа.xlsx        показать, что изменится; внести после согласия
  parta export школа.xlsx        школа на сегодня: люди, классы, нагрузка, расписание, КТП
  parta check                    сойдётся ли история с журналами

Настройки берутся из переменных PARTA_* или из файла PARTA_ENV_FILE."""


def module_of(command: str) -> str:
    """The module of a command; `import` is a word of Python, hence the suffix."""
    return f"parta.cli.commands.{'import_' if command == 'import' else command}"


def build_parser(wanted: str | None = None) -> Parser:
    """The parser. Only the wanted command's module is loaded, so that help and errors come at once."""
    speak_russian()
    parser = Parser(
        prog="parta",
        description="Парта: журнал и дневник школы по её собственному положению.",
        epilog=EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"Парта {version('parta')}", help="показать версию и выйти"
    )
    commands = parser.add_subparsers(dest="command", metavar="команда", title="команды", required=True)
    for name, line in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=line,
            description=line[0].upper() + line[1:] + ".",
            formatter_class=RawDescriptionHelpFormatter,
        )
        if name == wanted:
            import_module(module_of(name)).add_arguments(sub)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 done, 1 could not or found something, 2 wrong call, 130 stopped by Ctrl+C."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    os.umask(0o077)  # the database, the key and uploaded files are their owner's alone
    wanted = next((word for word in words if not word.startswith("-")), None)
    arguments = build_parser(wanted).parse_args(words)

    from parta.cli.screen import Failure, err

    try:
        return int(import_module(module_of(arguments.command)).run(arguments))
    except Failure as failure:
        err.print(str(failure), markup=False)
        return failure.code
    except KeyboardInterrupt:
        err.print("Остановлено.")
        return 130
