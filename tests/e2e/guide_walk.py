"""Walking a guide: its console blocks, each command with the lines that its output must contain."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from counterfoil.entrypoints.cli.command_line import app


def steps_of(guide: Path) -> list[tuple[str, list[str]]]:
    """Each command of the console blocks, with what follows it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(command: str) -> Result:
    """Run a command as a shell would; `> FILE` keeps its standard output."""
    line, _, target = command.removesuffix(" || true").partition(" > ")
    words = shlex.split(line)
    assert words[0] == "counterfoil"
    result = CliRunner().invoke(app, words[1:])
    if target:
        Path(target.strip()).write_text(result.stdout, encoding="utf-8")
    return result


def walk(guide: Path, *, at_least: int) -> dict[str, str]:
    """Run every command; those that end in `|| true` are refused, the others are not. Outputs by command."""
    walked = steps_of(guide)
    assert len(walked) > at_least
    outputs = {}
    for command, promised in walked:
        result = run(command)
        refused = command.endswith(" || true")
        assert result.exit_code == int(refused), (command, result.output, result.exception)
        for line in promised:
            assert line in result.output, (command, line, result.output)
        outputs[command] = result.output
    return outputs
