"""The clock of a test network: a file that its validators read, beside its network.json.

"=SECONDS" is a clock that is held at a time since the epoch, "+SECONDS" one that is ahead of the wall clock.
"""

from __future__ import annotations

import re
from pathlib import Path

from counterfoil.chain.endpoints.errors import NETWORK_FILE_INVALID, NetworkFileError

CLOCK_FILE = "clock"
_FORM = re.compile(r"([=+])(\d{1,12})")


def move_clock(directory: Path, seconds: int) -> None:
    """Set the clock ahead. Raises NetworkFileError NetworkFileInvalid where the file has another form."""
    path = directory / CLOCK_FILE
    try:
        found = _FORM.fullmatch(path.read_text(encoding="utf-8").strip())
    except OSError as missing:
        raise _invalid(path, missing.strerror or "it cannot be read") from missing
    if found is None:
        raise _invalid(path, "it is neither =SECONDS nor +SECONDS")
    fresh = path.with_name(CLOCK_FILE + ".new")
    fresh.write_text(f"{found[1]}{int(found[2]) + seconds}\n", encoding="utf-8")
    fresh.replace(path)


def _invalid(path: Path, reason: str) -> NetworkFileError:
    return NetworkFileError(NETWORK_FILE_INVALID, path=str(path), field="the clock", reason=reason)
