"""`counterfoil key` and `counterfoil sign`: a party reads and signs with a key that no ledger has."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from e2e_shell import Shell
from eth_account import Account
from eth_account.messages import encode_typed_data
from typer.testing import CliRunner

from counterfoil.chain.instructions.signatures import signer_of
from counterfoil.chain.instructions.terms import InstructionDomain, InstructionTerms, from_typed_data
from counterfoil.chain.key_proofs import typed_proof
from counterfoil.domain.key_proof import KeyProof
from counterfoil.domain.lot import LotId
from counterfoil.entrypoints.cli.command_line import app

DOMAIN = InstructionDomain(777, "0x" + "ab" * 20)
FAR_S = 4_000_000_000
STRANGER = Account.from_key(b"\x11" * 32)


@pytest.fixture
def shell(fresh: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Works in a directory of its own with one key, `treasury`; there is no ledger anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("counterfoil.entrypoints.cli.sign._shown._width", 200)
    fresh("key", "new", "treasury")
    assert not fresh.home.exists()
    return fresh


@pytest.fixture
def address(shell: Shell) -> str:
    return shell("key", "show", "treasury").strip()


def instruction(key: str, contract: str = "Ledger", function: str = "confirm", *args: Any) -> dict[str, Any]:
    terms = InstructionTerms.of_call(
        contract, function, args or (7, 120_000), key=key, nonce=42, deadline_s=FAR_S
    )
    return {
        "command_id": "cmd_1",
        "step": 0,
        "key": key,
        "typed_data": terms.typed_data(DOMAIN),
        "digest": f"0x{terms.digest(DOMAIN).hex()}",
    }


def write(content: object, name: str = "instruction.json") -> str:
    Path(name).write_text(json.dumps(content), encoding="utf-8")
    return name


def signed(shell: Shell, *words: str) -> dict[str, Any]:
    """What `sign` writes to a file."""
    shell("sign", *words, "--yes", "--out", "signature.json")
    found: dict[str, Any] = json.loads(Path("signature.json").read_text(encoding="utf-8"))
    return found


def test_keys_are_made_listed_and_never_shown(shell: Shell, address: str) -> None:
    shell("key", "new", "second")
    listed = json.loads(shell("key", "list", "--json"))

    assert [each["name"] for each in listed] == ["second", "treasury"]
    assert address in shell("key", "list")
    assert json.loads(shell("key", "show", "treasury", "--json"))["address"] == address
    stored = json.loads(Path("counterfoil-keys/treasury.key.json").read_text(encoding="utf-8"))
    assert stored["crypto"]["kdf"] == "scrypt"
    assert Path("counterfoil-keys/treasury.key.json").stat().st_mode & 0o077 == 0


def test_a_key_is_never_made_twice_nor_invented(shell: Shell) -> None:
    assert "(KeyExists)" in shell("key", "new", "treasury", code=1)
    assert "(KeyNotInKeystore)" in shell("key", "show", "nobody", code=1)


def test_what_the_service_hands_out_is_signed_as_it_takes_it(shell: Shell, address: str) -> None:
    request = instruction(address)
    answer = signed(shell, write(request))

    terms = from_typed_data(request["typed_data"], domain=DOMAIN, key=address)
    assert set(answer) == {"key", "nonce", "signature"}
    assert (answer["key"], answer["nonce"]) == (address, "42")
    signature = bytes.fromhex(answer["signature"][2:])
    assert signer_of(terms.digest(DOMAIN), signature) == address


def test_it_is_shown_in_plain_words_before(shell: Shell, address: str) -> None:
    proposal = (1, 2, 978, FAR_S, b"\x04" * 32, [(b"\x05" * 32, 150_000, 120_050)])
    shown = shell("sign", write(instruction(address, "Ledger", "propose", proposal)), "--yes")

    for said in (
        "Propose note",
        "party 1",
        "party 2",
        "EUR",
        "1,200.50 EUR",
        "2096-10-02 07:06:40 UTC",
        "chain 777",
        DOMAIN.instructions,
        address,
    ):
        assert said in shown


def test_lots_and_amounts_without_a_currency_are_named_as_they_are(shell: Shell, address: str) -> None:
    children = [(50_000, 3), (70_000, 4)]
    split = ("Ledger", "split", LotId(5, 1, 2).number, children, b"\x01" * 32)
    shown = shell("sign", write(instruction(address, *split)), "--yes")

    for said in ("Split lot", "5/1/2", "50,000 minor units", "party 4"):
        assert said in shown


def test_the_bare_message_needs_a_key_named(shell: Shell, address: str) -> None:
    bare = write(instruction(address)["typed_data"])

    assert "names no key" in shell("sign", bare, "--yes", code=2)
    assert signed(shell, bare, "--key", "treasury")["key"] == address


def test_a_key_file_from_elsewhere_signs(shell: Shell, address: str, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere.json"
    (tmp_path / "counterfoil-keys" / "treasury.key.json").rename(moved)

    assert signed(shell, write(instruction(address)), "--key-file", str(moved))["key"] == address


def test_standard_input_is_signed_without_being_asked(shell: Shell, address: str) -> None:
    text = json.dumps(instruction(address))
    answered = CliRunner().invoke(app, ["sign", "-", "--yes"], input=text)

    assert answered.exit_code == 0
    assert json.loads(answered.stdout)["key"] == address
    unasked = CliRunner().invoke(app, ["sign", "-"], input=text)
    assert (unasked.exit_code, unasked.stdout) == (2, "")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_nothing_is_signed_unless_the_answer_is_yes(
    shell: Shell, address: str, answer: str, code: int
) -> None:
    file = write(instruction(address))
    found = CliRunner().invoke(app, ["sign", file, "--out", "signature.json"], input=answer)

    assert found.exit_code == code
    assert Path("signature.json").exists() == (code == 0)


def test_another_key_than_the_one_asked_for_is_refused(shell: Shell, address: str) -> None:
    file = write(instruction(STRANGER.address))

    assert "is not among yours" in shell("sign", file, "--yes", code=2)
    refused = shell("sign", file, "--key", "treasury", "--yes", code=1)
    assert "(SignatureOfAnother)" in refused
    assert STRANGER.address in refused
    assert address in refused


def test_a_wrong_passphrase_signs_nothing(
    shell: Shell, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_PASSPHRASE", "another one")
    assert "(KeyLocked)" in shell("sign", write(instruction(address)), "--yes", code=1)


def changed(**values: Any) -> Callable[[dict[str, Any]], None]:
    def change(request: dict[str, Any]) -> None:
        for path, value in values.items():
            inner = request["typed_data"]
            *steps, last = path.split("__")
            for step in steps:
                inner = inner[step]
            inner[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (changed(primaryType="Permit"), "InstructionUnknown"),
        (changed(message__spender="0x" + "01" * 20), "InstructionUnreadable"),
        (changed(message__faceMinor="1e5"), "InstructionUnreadable"),
        (changed(domain__name="Uniswap"), "InstructionUnreadable"),
        (changed(types__ConfirmNote=[]), "InstructionUnreadable"),
        (changed(message__deadline=1), "InstructionExpired"),
    ],
)
def test_what_is_not_understood_or_out_of_time_is_refused(
    shell: Shell, address: str, change: Callable[[dict[str, Any]], None], code: str
) -> None:
    request = instruction(address)
    change(request)

    assert f"({code})" in shell("sign", write(request), "--yes", "--out", "signature.json", code=1)
    assert not Path("signature.json").exists()


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", "{}", '{"typed_data": 1}', '{"key": 1, "key": 2}', "[" * 100_000],
)
def test_files_that_hold_no_message_are_refused(shell: Shell, text: str) -> None:
    Path("file.json").write_text(text, encoding="utf-8")
    assert "(SigningFileInvalid)" in shell("sign", "file.json", "--yes", code=1)


def test_a_ledger_that_was_named_is_the_only_one_signed_for(shell: Shell, address: str) -> None:
    file = write(instruction(address))

    assert signed(shell, file, "--chain-id", "777", "--contract", DOMAIN.instructions.lower())
    assert "(InstructionForeign)" in shell("sign", file, "--yes", "--chain-id", "778", code=1)
    other = "0x" + "cd" * 20
    assert "(InstructionForeign)" in shell("sign", file, "--yes", "--contract", other, code=1)
    assert "(KeyAddressInvalid)" in shell("sign", file, "--yes", "--contract", "0x12", code=1)


def test_two_keys_are_one_too_many(shell: Shell, address: str) -> None:
    file = write(instruction(address))
    assert "one key" in shell("sign", file, "--key", "treasury", "--key-file", "x", "--yes", code=2)


@pytest.mark.parametrize("removed", [STRANGER.address, None])
def test_a_new_key_proves_that_somebody_holds_it(shell: Shell, address: str, removed: str | None) -> None:
    proof = KeyProof(party_id=3, added=address, removed=removed, deadline_s=FAR_S)
    message = typed_proof(proof, chain_id=777, key_desk=DOMAIN.instructions)
    shown = shell("sign", write(message), "--yes", "--out", "signature.json")
    answer = json.loads(Path("signature.json").read_text(encoding="utf-8"))

    assert "party 3" in shown
    assert ("in the place of" in shown) == (removed is not None)
    assert {**answer, "signature": None} == {
        "key": address,
        "party": 3,
        "removed": removed,
        "deadline": FAR_S,
        "signature": None,
    }
    recovered = Account.recover_message(
        encode_typed_data(full_message=message), signature=answer["signature"]
    )
    assert recovered == address


def test_a_proof_of_another_key_is_refused(shell: Shell, address: str) -> None:
    proof = KeyProof(party_id=3, added=STRANGER.address, removed=address, deadline_s=FAR_S)
    message = typed_proof(proof, chain_id=777, key_desk=DOMAIN.instructions)

    refused = shell("sign", write(message), "--key", "treasury", "--yes", code=1)
    assert "(SignatureOfAnother)" in refused
    message["message"]["added"] = address
    message["message"]["party"] = 1 << 24
    assert "(InstructionUnreadable)" in shell("sign", write(message), "--yes", code=1)
    message["message"]["party"] = 3
    message["types"]["KeyRotation"].append({"name": "more", "type": "bool"})
    assert "(InstructionUnreadable)" in shell("sign", write(message), "--yes", code=1)


def test_the_clock_decides_what_is_out_of_time(
    shell: Shell, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(instruction(address))
    monkeypatch.setattr(time, "time", lambda: FAR_S + 0.5)
    assert signed(shell, file)
    monkeypatch.setattr(time, "time", lambda: FAR_S + 1.0)
    assert "(InstructionExpired)" in shell("sign", file, "--yes", code=1)
