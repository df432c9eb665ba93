"""The command line as a test drives it."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from counterfoil.entrypoints.cli.command_line import app


class Shell:
    """Runs commands as a terminal would; `output` has both streams."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *words: str, code: int = 0) -> str:
        found = CliRunner().invoke(app, list(words))
        assert found.exit_code == code, (words, found.exit_code, found.output, found.exception)
        assert "Traceback" not in found.output
        return found.output
