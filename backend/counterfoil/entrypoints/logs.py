"""Structured logs: one JSON object a line on standard error. No names, keys or amounts are ever in them.

What a line may say is fixed here: the record's own message, which our code writes without values, and the
fields below. Of an exception its type and where it was raised, never its text, which may quote anything.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

FIELDS = (
    "operation",
    "code",
    "command_id",
    "org_id",
    "user_id",
    "tx_hash",
    "block_number",
    "gas_used",
    "route",
    "method",
    "http_status",
    "duration_ms",
    "count",
    "point",
    "scope",
    "part",
    "exit_code",
    "address_hash",
    "endpoint_id",
    "delivery_id",
)

correlation: ContextVar[str | None] = ContextVar("counterfoil_correlation", default=None)
"""The correlation id of what is being worked on: every line of the task or thread has it."""

_OUR_MODULES = "counterfoil"


class JsonLines(logging.Formatter):
    """Writes the fixed fields that our code logs, and nothing else of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # Libraries put values into their messages; of theirs only the template is written.
            "event": record.getMessage() if record.name.startswith(_OUR_MODULES) else str(record.msg),
        }
        correlation_id = getattr(record, "correlation_id", None) or correlation.get()
        if correlation_id is not None:
            entry["correlation_id"] = correlation_id
        for field in FIELDS:
            if hasattr(record, field):
                entry[field] = getattr(record, field)
        if record.exc_info and record.exc_info[0] is not None:
            entry["exception"] = record.exc_info[0].__qualname__
            frames = traceback.extract_tb(record.exc_info[2])
            entry["raised_at"] = [f"{frame.name}:{frame.lineno}" for frame in frames[-4:]]
        return json.dumps(entry)


def log_to_stderr(level: str, *, libraries: bool = False) -> None:
    """Send our own log there from this level on; a second call replaces the first.

    libraries: also warnings and errors of the libraries, in the same form.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(_OUR_MODULES)
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
    if libraries:
        root = logging.getLogger()
        root.handlers[:] = [handler]
        root.setLevel(logging.WARNING)
