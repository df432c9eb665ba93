"""Structured logs: one JSON object a line on standard error. No names, keys or amounts are ever in them."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_FIELDS = ("operation", "code", "tx_hash", "block_number", "gas_used")


class JsonLines(logging.Formatter):
    """Writes the fixed fields that our commands log, and nothing else of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        for field in _FIELDS:
            if hasattr(record, field):
                entry[field] = getattr(record, field)
        return json.dumps(entry)


def log_to_stderr(level: str) -> None:
    """Send our own log there from this level on; a second call replaces the first."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("counterfoil")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
