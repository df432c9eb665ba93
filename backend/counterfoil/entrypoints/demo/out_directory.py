"""The directory that a demonstration writes to: its own, or a new one, and nothing of anybody else's."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.demo.refusals import OUT_IN_USE, OUT_NOT_OURS, OUT_UNUSABLE

MARKER = ".counterfoil-demo"
_MARKER_TEXT = (
    "Written by `counterfoil demo`. A later run replaces ledger/, report.html and result.json here.\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutDirectory:
    """Where the results of one run lie."""

    path: Path

    @property
    def home(self) -> Path:
        """The ledger's home."""
        return self.path / "ledger"

    @property
    def report(self) -> Path:
        """The report for people."""
        return self.path / "report.html"

    @property
    def result(self) -> Path:
        """The result for programs."""
        return self.path / "result.json"


@contextmanager
def claimed(path: Path) -> Iterator[OutDirectory]:
    """An out directory without what an earlier demonstration left; nobody else's for the time of the run.

    Raises DomainError OutDirectoryNotOurs, OutDirectoryInUse or OutDirectoryUnusable.
    """
    out = OutDirectory(path=path)
    with _marked(path) as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise DomainError(OUT_IN_USE, path=str(path)) from taken
        claim.truncate(0)
        claim.write(_MARKER_TEXT)
        claim.flush()
        _clear(out)
        yield out


def _marked(path: Path) -> TextIO:
    """The opened marker of a directory that is a demonstration's own, made now or earlier."""
    marker = path / MARKER
    try:
        if path.exists() and not marker.is_file() and any(path.iterdir()):
            raise DomainError(OUT_NOT_OURS, path=str(path))
        path.mkdir(parents=True, exist_ok=True)
        return marker.open("a+", encoding="utf-8")
    except (FileExistsError, NotADirectoryError) as failed:
        raise DomainError(OUT_UNUSABLE, path=str(path), reason="it is not a directory") from failed
    except OSError as failed:
        reason = failed.strerror or str(failed)
        raise DomainError(OUT_UNUSABLE, path=str(path), reason=reason) from failed


def _clear(out: OutDirectory) -> None:
    """Remove the earlier run's ledger and results, by their names; anything else stays."""
    if out.home.is_symlink():
        out.home.unlink()
    elif out.home.exists():
        shutil.rmtree(out.home)
    for file in (out.report, out.result):
        file.unlink(missing_ok=True)
