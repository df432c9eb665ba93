"""The documentation says what the code says: generated pages are current, names exist, links lead on."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    page
    for folder in (".", "docs", "docs/decisions", "docs/guides", "docs/figures", "contracts", "samples")
    for page in (ROOT / folder).glob("*.md")
)
SOURCES = [
    *(ROOT / "backend").rglob("*.py"),
    *(path for path in (ROOT / "contracts").rglob("*.sol")),
]


@pytest.mark.parametrize(
    "writer", ["error_page.py", "instruction_page.py", "figures_page.py", "network_page.py"]
)
def test_generated_pages_are_current(writer: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "lib" / writer, "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def _glossary_names() -> list[str]:
    rows = [
        line
        for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ][2:]
    return sorted({name for row in rows for name in re.findall(r"`([^`]+)`", row)})


def test_the_glossary_has_names() -> None:
    assert len(_glossary_names()) > 50


@pytest.mark.parametrize("name", _glossary_names())
def test_names_of_the_glossary_exist(name: str) -> None:
    if "/" in name or name.endswith(".py"):
        found = [
            path
            for path in (ROOT / "backend" / "counterfoil").rglob("*")
            if str(path).endswith(name.strip("/"))
        ]
        assert found, f"no file {name}"
    else:
        word = re.compile(rf"\b{re.escape(name.rsplit('.', maxsplit=1)[-1])}\b")
        assert any(word.search(source.read_text(encoding="utf-8")) for source in SOURCES), f"no name {name}"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_pages_name_tests_and_scripts_that_exist() -> None:
    missing = [
        f"{page.relative_to(ROOT)}: {name}"
        for page in PAGES
        for name in re.findall(
            r"`((?:tests|scripts|backend|contracts|samples)/[\w./-]+)", page.read_text(encoding="utf-8")
        )
        if not (ROOT / name.rstrip("./")).exists()
    ]
    assert not missing, missing
