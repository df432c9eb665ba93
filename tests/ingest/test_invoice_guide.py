"""The guide's table of findings and the code agree."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from counterfoil.domain import party_id
from counterfoil.domain.errors import error_spec
from counterfoil.domain.invoices import invoice_checks, invoice_findings
from counterfoil.ingest.formats import factur_x

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "invoices.md"
MODULES = [invoice_checks, invoice_findings, party_id, factur_x]


def declared(module: ModuleType) -> set[str]:
    """Codes that the module holds under a constant's name."""
    values = {value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)}
    return {value for value in values if error_spec(value) is not None}


@pytest.mark.parametrize("module", MODULES, ids=[module.__name__.rpartition(".")[2] for module in MODULES])
def test_every_finding_is_explained(module: ModuleType) -> None:
    explained = set(re.findall(r"`([A-Z][A-Za-z]+)`", GUIDE.read_text(encoding="utf-8")))
    assert declared(module)
    assert declared(module) <= explained


def test_every_explained_finding_exists() -> None:
    table = GUIDE.read_text(encoding="utf-8").partition("## Findings")[2].partition("## Not checked")[0]
    named = set(re.findall(r"`([A-Z][A-Za-z]{3,})`", table))
    assert len(named) > 40
    assert {code for code in named if error_spec(code) is None} == set()
