"""Questions of control, each answered in a constant number of statements, from the viewer's scope."""

from parta.control.queries.act import acts
from parta.control.queries.filling import Board, board
from parta.control.queries.lessons import FACTS

__all__ = ["FACTS", "Board", "acts", "board"]
