"""`counterfoil invoice read`: its lines, its table and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from en_support import CII, UBL, changed, pdf_with
from typer.testing import CliRunner, Result

from counterfoil.entrypoints.cli.invoice import invoice_app

FIELDS = [
    "file", "format", "number", "type", "issue_date", "due_date", "currency", "seller", "buyer",
    "payable_minor", "references", "findings",
]  # fmt: skip


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(invoice_app, ["read", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / "a.ubl").write_text(UBL)
    (tmp_path / "b" / "c.txt").write_text(CII)
    (tmp_path / "b" / "d.pdf").write_bytes(pdf_with({"factur-x.xml": CII.encode()}))
    return tmp_path


def test_one_object_a_line(folder: Path) -> None:
    result = run(folder / "a.ubl", "--json")
    assert result.exit_code == 0
    (line,) = objects(result)
    assert list(line) == FIELDS
    assert line == {
        "file": str(folder / "a.ubl"),
        "format": "ubl",
        "number": "RE-2026-0042",
        "type": "invoice",
        "issue_date": "2026-09-01",
        "due_date": "2026-12-01",
        "currency": "EUR",
        "seller": {"name": "Gusswerk Lahn GmbH", "id": "DE136695976"},
        "buyer": {"name": "Pompen Holland BV", "id": "NL809163160B01"},
        "payable_minor": 110000,
        "references": line["references"],
        "findings": [],
    }
    assert {"kind": "preceding-invoice", "number": "RE-2026-0001", "issue_date": "2026-01-05"} in list(
        line["references"]  # type: ignore[call-overload]  # a list, as the next assertion needs
    )


def test_directories_are_read_recursively_in_order(folder: Path) -> None:
    result = run("--json", folder)
    assert result.exit_code == 0
    assert [line["format"] for line in objects(result)] == ["ubl", "cii", "factur-x"]
    assert [str(line["file"]) for line in objects(result)] == sorted(str(p) for p in folder.rglob("*.*"))


def test_one_refusal_makes_the_exit_code_1_and_the_others_are_still_read(folder: Path) -> None:
    (folder / "broken.xml").write_bytes(changed(UBL, (">1100.00</cbc:Payable", ">1100.01</cbc:Payable")))
    (folder / "empty.xml").touch()
    result = run(folder, "--json")
    assert result.exit_code == 1
    by_name = {Path(str(line["file"])).name: line for line in objects(result)}
    assert len(by_name) == 5
    (finding,) = by_name["broken.xml"]["findings"]  # type: ignore[misc]  # JSON of the shape above
    assert (finding["code"], finding["severity"], finding["field"]) == ("TotalMismatch", "error", "BT-115")
    assert by_name["broken.xml"]["payable_minor"] == 110001
    assert by_name["empty.xml"]["number"] is None


def test_files_that_cannot_be_read_are_refused_without_a_traceback(tmp_path: Path) -> None:
    missing, loop = tmp_path / "missing.xml", tmp_path / "loop.xml"
    loop.symlink_to(loop)
    large = tmp_path / "large.xml"
    with large.open("wb") as stream:
        stream.truncate(60 * 1024 * 1024)
    result = run("--json", missing, loop, large, "/dev/null")
    assert result.exit_code == 1
    found = [line["findings"][0]["code"] for line in objects(result)]  # type: ignore[index]  # as above
    assert found == ["FileUnreadable", "FileUnreadable", "DocumentTooLarge", "FileUnreadable"]


def test_table_says_refusals_in_plain_words(folder: Path) -> None:
    (folder / "[bold]evil\x1b[31m.xml").write_bytes(changed(UBL, (">EUR</cbc:Doc", ">EUX</cbc:Doc")))
    result = run(folder)
    assert result.exit_code == 1
    assert "EUX is not an ISO 4217 currency code (UnknownCurrency, BT-5)" in result.stdout
    assert "4 read, 3 accepted, 1 refused" in result.stdout
    assert "\x1b" not in result.stdout
    assert "[bold]evil" in result.stdout


def test_nothing_to_read_is_a_usage_error(tmp_path: Path) -> None:
    assert run().exit_code == 2
    assert "0 read" in run(tmp_path).stdout
