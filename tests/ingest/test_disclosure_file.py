"""A disclosure survives its file, and a file that was tampered with is refused or does not verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.salted_fields import salt_fields, verify_disclosure
from counterfoil.ingest.disclosure_file import disclosure_from_json, disclosure_to_json
from counterfoil.ingest.receipt_intake import read_receipt

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "receipt.yaml"
SALTED = salt_fields(read_receipt(SAMPLE.read_bytes()).fields())
DISCLOSURE = SALTED.disclose(["goods", "lots[0]"])


def stated() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(disclosure_to_json(DISCLOSURE))
    return found


def refusal(content: object) -> DomainError:
    with pytest.raises(DomainError) as refused:
        disclosure_from_json(content if isinstance(content, bytes) else json.dumps(content).encode())
    assert refused.value.code == "DisclosureUnreadable"
    return refused.value


def test_a_disclosure_is_read_as_it_was_written() -> None:
    text = disclosure_to_json(DISCLOSURE)
    read = disclosure_from_json(text.encode())
    assert read == DISCLOSURE
    values = verify_disclosure(read, root=SALTED.root)
    assert values["goods.name"] == "热轧卷板"
    assert values["lots[0].serial"] == "HY26-10-00417"
    assert "融锦" not in text
    assert not any(field.salt.hex() in text for field in SALTED.fields if field not in DISCLOSURE.shown)


def test_a_changed_value_is_read_but_does_not_verify() -> None:
    changed = stated()
    changed["shown"][0]["value"] += "0"
    with pytest.raises(DomainError) as refused:
        verify_disclosure(disclosure_from_json(json.dumps(changed).encode()), root=SALTED.root)
    assert refused.value.code == "DisclosureInvalid"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("version",), "1"),
        (("shown",), {}),
        (("shown", 0, "salt"), "0x00"),
        (("shown", 0, "salt"), "00" * 32),
        (("shown", 0, "salt"), "0x" + "G0" * 32),
        (("shown", 0, "name"), ""),
        (("shown", 0, "name"), 7),
        (("shown", 0, "value"), None),
        (("hidden", "loss_standard"), "0x12"),
        (("hidden", "loss_standard"), None),
    ],
)
def test_what_is_no_disclosure_is_refused_by_field(path: tuple[str | int, ...], value: object) -> None:
    changed = stated()
    part: Any = changed
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    assert str(refusal(changed).facts["field"]).startswith(".".join(str(name) for name in path))


def test_unknown_fields_and_large_files_are_refused() -> None:
    assert refusal({**stated(), "root": "0x00"}).facts["field"] == "root"
    assert "larger" in refusal(b" " * (2**20 + 1)).message
    refusal(b"")
    refusal(b"[]")


@given(st.binary(max_size=100))
def test_no_bytes_do_anything_but_be_refused(content: bytes) -> None:
    refusal(content)


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.text(max_size=6), max_size=6))
def test_any_text_survives_the_file(values: dict[str, str]) -> None:
    salted = salt_fields(values)
    disclosure = salted.disclose(sorted(values)[:2])
    read = disclosure_from_json(disclosure_to_json(disclosure).encode())
    assert verify_disclosure(read, root=salted.root) == {
        field.name: values[field.name] for field in disclosure.shown
    }
