"""Directories of invoices for the demonstration, and what must hold of every result."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from stdnum.iso7064 import mod_11_10
from typer.testing import CliRunner

from counterfoil.entrypoints.cli.command_line import app
from ledger_support import Firm, ubl, ubl_credit_note


def firm(number: int, name: str) -> Firm:
    """A firm with a German VAT number whose check digit fits. The name may hold anything."""
    digits = f"{10_000_000 + number}"
    return Firm(escape(name), f"DE{digits}{mod_11_10.calc_check_digit(digits)}")


CORE = firm(1, "Halden Werke AG")
FIRST = firm(2, "Gusswerk Lahn GmbH")
SECOND = firm(3, "Nord Stanz GmbH")
THIRD = firm(4, "Feuer Beschichtung GmbH")
FOURTH = firm(5, "Spahn Rohstoffe GmbH")
OTHER_CORE = firm(6, "Zweitwerk AG")


@dataclass(frozen=True, slots=True)
class DemoRun:
    """One run. result: None where no JSON was written."""

    exit_code: int
    text: str
    stdout: str
    stderr: str
    result: dict[str, Any] | None
    out: Path

    @property
    def found(self) -> dict[str, Any]:
        """The result of a run that wrote one."""
        if self.result is None:
            raise AssertionError(self.text)
        return self.result

    def party(self, name: str) -> int:
        """The number of the one party with this name."""
        (number,) = [party["id"] for party in self.found["parties"] if party["name"] == name]
        return int(number)


def invoice(
    number: str, amount: str, seller: Firm, buyer: Firm, *, currency: str = "EUR", due: str = "2098-12-31"
) -> bytes:
    """A UBL invoice in any currency. The default due date is further ahead than the longest tenor."""
    return ubl(number, amount, seller=seller, buyer=buyer, due=due).replace(b"EUR", currency.encode())


def credit_note(number: str, amount: str, *, credits: str, seller: Firm, buyer: Firm) -> bytes:
    """A UBL credit note in euro."""
    return ubl_credit_note(number, amount, credits=credits, seller=seller, buyer=buyer)


def folder_with(path: Path, files: Mapping[str, bytes]) -> Path:
    """A directory with these files; names may have folders in them."""
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    path.mkdir(exist_ok=True)
    return path


SAMPLES = Path(__file__).parents[2] / "samples"
COILS = SAMPLES / "goods" / "coils.yaml"


def run_demo_with_goods(invoices: Path, work: Path, *arguments: str) -> DemoRun:
    """As run_demo, with the coils that scripts/demo has stored and financed as well."""
    return run_demo(invoices, work, "--goods", str(COILS), *arguments)


def run_demo(invoices: Path, work: Path, *arguments: str) -> DemoRun:
    """Run the command in this process, with its output and its JSON below `work`."""
    out, result = work / "out", work / "result.json"
    outcome = CliRunner().invoke(
        app,
        ["demo", "--invoices", str(invoices), "--out", str(out), "--json", str(result), *arguments],
        catch_exceptions=False,
    )
    found = json.loads(result.read_text("utf-8")) if result.exists() else None
    return DemoRun(outcome.exit_code, outcome.output, outcome.stdout, outcome.stderr, found, out)


def assert_sound(run: DemoRun) -> None:
    """What must hold of every run that ended well, whatever the invoices."""
    assert run.exit_code == 0, run.text
    result = run.found
    parties = {party["id"]: party for party in result["parties"]}
    for note in result["notes"]:
        lots = note["lots"]
        assert [lots[0]["first"], lots[-1]["last"]] == [1, note["face_minor"]]
        assert all(left["last"] + 1 == right["first"] for left, right in itertools.pairwise(lots))
        assert {lot["state"] for lot in lots} == {"settled"}
        assert note["state"] == "settled"
        assert {lot["holder"] for lot in lots} <= set(parties)
    settlement = result["settlement"]
    assert settlement["paid_minor"] == sum(note["face_minor"] for note in result["notes"])
    assert settlement["paid_minor"] == sum(each["minor"] for each in settlement["received_by"])
    assert settlement["unsettled_minor"] == 0
    for each in settlement["by_currency"]:
        assert each["paid_minor"] == sum(received["minor"] for received in each["received_by"])
        assert each["paid_minor"] == sum(
            note["face_minor"] for note in result["notes"] if note["currency"] == each["currency"]
        )
    assert all(check["ok"] for check in result["checks"])
    assert all(gas["count"] > 0 and gas["total"] > 0 for gas in result["gas"].values())


def held(run: DemoRun, name: str, *, currency: str = "EUR") -> int:
    """What a party holds in the end, in minor units."""
    number = run.party(name)
    return sum(
        lot["last"] - lot["first"] + 1
        for note in run.found["notes"]
        if note["currency"] == currency
        for lot in note["lots"]
        if lot["holder"] == number
    )


def financings(run: DemoRun, kind: str) -> list[dict[str, Any]]:
    """Financings of one kind."""
    return [each for each in run.found["financings"] if each["kind"] == kind]
