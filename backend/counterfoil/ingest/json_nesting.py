"""Refusing deeply nested JSON before the standard library's parser sees it."""

from __future__ import annotations

import re

# Strings are passed over whole, so that brackets inside them do not count.
_MARKS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def check_nesting(text: str, *, deepest: int) -> None:
    """Raise ValueError for lists and objects nested deeper than `deepest`.

    The parser recurses in C: where the recursion limit has been raised, as the chain's engine does, a file of
    brackets would end the process instead of raising RecursionError.
    """
    depth = 0
    for found in _MARKS.finditer(text):
        mark = found[0][0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > deepest:
            raise ValueError(f"it is nested deeper than {deepest}")
