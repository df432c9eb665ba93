"""The security page names tests that exist, and a test for every requirement that it says is met."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
MET = [line for line in PAGE.splitlines() if re.match(r"\| \d+\.\d+\.\d+", line) and line.count(" | ") == 2]


@cache
def _tests_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_page_names_tests() -> None:
    assert len(NAMED) > 60
    assert len(MET) > 50


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_every_named_test_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file(), path
    assert name in _tests_in(ROOT / path), f"{path} has no {name}"


@pytest.mark.parametrize("row", MET, ids=[row.split(" | ")[0] for row in MET])
def test_what_is_met_has_a_test(row: str) -> None:
    assert "::test_" in row.split(" | ")[2]


def test_nothing_is_both_met_and_not() -> None:
    """But for requirements of which a part is met: these say so in both places."""
    without = PAGE.split("## Does not apply")[0]
    numbers = set(re.findall(r"\b\d+\.\d+\.\d+\b", without.split("## Not met")[1]))
    met = {number for row in MET for number in re.findall(r"\b\d+\.\d+\.\d+\b", row.split(" | ")[0])}
    assert numbers & met <= {"6.4.1", "8.4.1", "16.4.2"}
