"""Acts of control: each one function, one transaction, a line on the school's chain."""

from parta.control.actions.checks import CheckRow, acknowledge, finish_check
from parta.control.actions.closeout import confirm_finals
from parta.control.actions.remarks import accept, answer, raise_remark, return_remark
from parta.control.actions.reports import ReportRow, form_report, receive_report
from parta.control.actions.years import close_past_year, open_next_year, promote

__all__ = [
    "CheckRow",
    "ReportRow",
    "accept",
    "acknowledge",
    "answer",
    "close_past_year",
    "confirm_finals",
    "finish_check",
    "form_report",
    "open_next_year",
    "promote",
    "raise_remark",
    "receive_report",
    "return_remark",
]
