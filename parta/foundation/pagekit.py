"""Formatting helpers of pages."""

from typing import Any

JINJA_FILTERS: dict[str, Any] = {}
JINJA_GLOBALS: dict[str, Any] = {}
