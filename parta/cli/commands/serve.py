"""`parta serve`: the server of an installation, with its worker."""

import errno
import socket
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from parta.cli import installation
from parta.cli.screen import Failure, say

DEFAULT_BIND = "127.0.0.1:8000"


def address(text: str) -> str:
    """`host:port`, or `unix:/path` for a proxy on the same machine."""
    if text.startswith("unix:/"):
        return text
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ArgumentTypeError(f"«{text}» не адрес; нужно ХОСТ:ПОРТ, например {DEFAULT_BIND}")
    return text


def counted(text: str) -> int:
    """A whole number from 1 to 64."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 64):
        raise ArgumentTypeError(f"«{text}» не подходит; нужно число от 1 до 64")
    return int(text)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--bind", type=address, default=DEFAULT_BIND, metavar="АДРЕС", help="где отвечать (%(default)s)"
    )
    parser.add_argument(
        "--workers", type=counted, default=2, metavar="N", help="число процессов (%(default)s)"
    )
    parser.add_argument(
        "--threads", type=counted, default=4, metavar="N", help="потоков в процессе (%(default)s)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="без работника: он запущен отдельно (parta worker)"
    )


def port_is_free(bind: str) -> bool:
    """Whether nobody listens at the address. Raises Failure when it is not this machine's."""
    if bind.startswith("unix:"):
        return True
    host, _, port = bind.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except PermissionError:
            raise Failure(f"Порт {port} система не даёт.\nВозьмите больше 1023: --bind {host}:8000") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Failure(f"Адрес {bind} не подходит: {error.strerror}.") from None
    return True


def family_of(arguments: Namespace) -> list[list[str]]:
    """The commands of the server's processes."""
    web = ["serve", "--no-worker", "--bind", arguments.bind]
    web += ["--workers", str(arguments.workers), "--threads", str(arguments.threads)]
    return [web, ["worker"]]


def run(arguments: Namespace) -> int:
    """Serve in the foreground until TERM or Ctrl+C."""
    from parta.cli import web

    installation.load()
    installation.require_database()
    installation.require_policies()
    if not port_is_free(arguments.bind):
        raise Failure(
            f"Адрес {arguments.bind} занят другой программой.\nУкажите другой: parta serve --bind ХОСТ:ПОРТ"
        )
    web.gather_statics()
    if arguments.no_worker:
        return web.run(arguments.bind, arguments.workers, arguments.threads)
    from parta.cli.family import Family

    say(f"Парта отвечает на http://{arguments.bind}/ · остановить: Ctrl+C")
    return Family(family_of(arguments)).run()
