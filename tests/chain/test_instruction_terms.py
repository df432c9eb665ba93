"""What keys sign: one message a call, read strictly, signed and recovered."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_keys.constants import SECPK1_N
from eth_utils import keccak

from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.signatures import normalised, signer_of
from counterfoil.chain.instructions.terms import (
    InstructionDomain,
    InstructionTerms,
    from_typed_data,
    instruction_nonce,
)
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import COMMAND, new_id

DOMAIN = InstructionDomain(777, "0x" + "ab" * 20)
KEY = Account.from_key(b"\x11" * 32)
OTHER = Account.from_key(b"\x12" * 32)
NONCE = instruction_nonce("cmd_example", 0)
DEADLINE_S = 1_800_000_000

LOT = (1 << 90) + 5
SEAL = (DEADLINE_S, b"\x07" * 65)
CALLS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "words": ("Ledger", "confirm", (7, 120_000)),
    "wide numbers": ("Ledger", "assign", (LOT, 3, b"\x01" * 32)),
    "addresses": ("Ledger", "registerParty", (3, b"\x02" * 32, [KEY.address, OTHER.address])),
    "static structs": ("Ledger", "split", (LOT, [(1, 2), (3, 4)], b"\x03" * 32)),
    "no structs": ("Ledger", "split", (LOT, [], b"\x03" * 32)),
    "nested structs": (
        "Ledger",
        "propose",
        ((1, 2, 978, DEADLINE_S, b"\x04" * 32, [(b"\x05" * 32, 9, 8), (b"\x06" * 32, 7, 6)]),),
    ),
    "bytes": ("LienRegistry", "releasePart", (LOT, b"how", b"\x01" * 32)),
    "dynamic structs": (
        "Warehouse",
        "merge",
        (4, [(5, [b"\x01" * 32]), (6, [])], b"\x02" * 32, SEAL),
    ),
    "booleans": ("Ledger", "setStandingAcceptance", (0, True)),
}


def terms_of(call: str = "words", **changed: Any) -> InstructionTerms:
    contract, function, args = CALLS[call]
    fields = {"key": KEY.address, "nonce": NONCE, "deadline_s": DEADLINE_S, **changed}
    return InstructionTerms.of_call(contract, function, args, **fields)


def through_json(terms: InstructionTerms) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(terms.typed_data(DOMAIN)))
    return found


@pytest.mark.parametrize("call", CALLS)
def test_messages_survive_json_and_mean_the_same_call(call: str) -> None:
    terms = terms_of(call)
    message = through_json(terms)

    assert from_typed_data(message, domain=DOMAIN, key=KEY.address) == terms
    signable = encode_typed_data(full_message=message)
    assert terms.digest(DOMAIN) == keccak(b"\x19" + signable.version + signable.header + signable.body)


def test_messages_show_fields_by_name_and_wide_numbers_as_text() -> None:
    message = through_json(terms_of("nested structs"))["message"]

    assert message["proposal"]["debtor"] == 1
    assert message["proposal"]["invoices"][1] == {
        "fingerprint": "0x" + "06" * 32,
        "payableMinor": 7,
        "amountMinor": 6,
    }
    assert message["nonce"] == str(NONCE)
    assert through_json(terms_of("wide numbers"))["message"]["lot"] == str(LOT)


def test_wallets_sign_the_same_message() -> None:
    terms = terms_of("dynamic structs")
    by_wallet = bytes(KEY.sign_typed_data(full_message=through_json(terms)).signature)

    assert terms.sign(DOMAIN, KEY).signature == by_wallet
    assert signer_of(terms.digest(DOMAIN), by_wallet) == KEY.address


def test_every_field_of_the_terms_and_of_the_domain_changes_the_digest() -> None:
    changed = [
        terms_of().digest(DOMAIN),
        terms_of(nonce=NONCE + 1).digest(DOMAIN),
        terms_of(deadline_s=DEADLINE_S + 1).digest(DOMAIN),
        terms_of("wide numbers").digest(DOMAIN),
        terms_of().digest(InstructionDomain(778, DOMAIN.instructions)),
        terms_of().digest(InstructionDomain(777, "0x" + "ac" * 20)),
    ]
    assert len(set(changed)) == len(changed)


def test_functions_of_one_shape_have_messages_of_their_own() -> None:
    shaped = [kind for kind in instruction_types() if kind.layout == b"\x01"]
    made = {
        InstructionTerms(
            type_hash=kind.type_hash,
            encoded_args=(7).to_bytes(32),
            key=KEY.address,
            nonce=NONCE,
            deadline_s=DEADLINE_S,
        ).digest(DOMAIN)
        for kind in shaped
    }
    assert len(made) == len(shaped) > 5


def test_terms_say_what_they_call() -> None:
    terms = terms_of("static structs", gas_limit=90_000)

    assert (terms.name, terms.contract) == ("SplitLot", "Ledger")
    assert terms.function == "split(uint128,(uint48,uint24)[],bytes32)"
    assert terms.values["children"][1] == {"amount_minor": 3, "holder": 4}
    assert terms.gas_limit == 90_000


def test_arguments_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DomainError, match="uint48") as refused:
        InstructionTerms.of_call(
            "Ledger", "confirm", (7, 1 << 48), key=KEY.address, nonce=1, deadline_s=DEADLINE_S
        )
    assert refused.value.code == "BadArguments"


# -- messages that are not taken --


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(message: dict[str, Any]) -> None:
        inner: Any = message
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value

    return change


def drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(message: dict[str, Any]) -> None:
        inner: Any = message
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (put("primaryType", value="ConfirmNotes"), "InstructionUnknown", "ConfirmNotes"),
        (put("primaryType", value=["ConfirmNote"]), "InstructionUnknown", "ConfirmNote"),
        (put("primaryType", value="MarkMatured"), "InstructionUnreadable", "types"),
        (put("types", "ConfirmNote", 0, "type", value="uint128"), "InstructionUnreadable", "types"),
        (put("types", "Extra", value=[]), "InstructionUnreadable", "types"),
        (put("domain", "chainId", value=778), "InstructionForeign", "chain id"),
        (put("domain", "verifyingContract", value="0x" + "ac" * 20), "InstructionForeign", "contract"),
        (put("domain", "name", value="Counterfoil Warehouse"), "InstructionUnreadable", "domain.name"),
        (put("domain", "version", value="2"), "InstructionUnreadable", "domain.version"),
        (put("domain", "salt", value="0x" + "00" * 32), "InstructionUnreadable", "domain"),
        (drop("domain", "chainId"), "InstructionUnreadable", "domain"),
        (put("message", "to", value=1), "InstructionUnreadable", "message.to"),
        (drop("message", "nonce"), "InstructionUnreadable", "message.nonce"),
        (put("message", "faceMinor", value=-1), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value=1 << 48), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value=1.0), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value=True), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value="0x10"), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value=" 1"), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value="٣"), "InstructionUnreadable", "message.faceMinor"),
        (put("message", "faceMinor", value="9" * 5000), "InstructionUnreadable", "message.faceMinor"),
        (put("message", value=[7, 120_000]), "InstructionUnreadable", "message"),
        (put("extra", value=1), "InstructionUnreadable", "exactly"),
        (drop("types"), "InstructionUnreadable", "exactly"),
    ],
)
def test_messages_that_say_anything_else_are_refused(
    change: Callable[[dict[str, Any]], None], code: str, said: str
) -> None:
    message = through_json(terms_of())
    change(message)

    with pytest.raises(DomainError) as refused:
        from_typed_data(message, domain=DOMAIN, key=KEY.address)
    assert refused.value.code == code
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("call", "path", "value"),
    [
        ("booleans", ["given"], "false"),
        ("booleans", ["given"], 0),
        ("wide numbers", ["background"], "0x01"),
        ("wide numbers", ["background"], "01" * 32),
        ("bytes", ["how"], "0x0"),
        ("bytes", ["how"], 1),
        ("static structs", ["children"], {"0": 1}),
        ("static structs", ["children", 0], [1, 2]),
        ("static structs", ["children", 1, "holder"], None),
        ("addresses", ["keys", 0], "0x12"),
        ("addresses", ["keys", 0], KEY.address.swapcase().replace("X", "x")),
    ],
)
def test_values_have_one_form_each(call: str, path: list[str | int], value: Any) -> None:
    message = copy.deepcopy(through_json(terms_of(call)))
    put("message", *path, value=value)(message)

    with pytest.raises(DomainError) as refused:
        from_typed_data(message, domain=DOMAIN, key=KEY.address)
    assert refused.value.code == "InstructionUnreadable"
    assert str(refused.value.facts["field"]).startswith(f"message.{path[0]}")


def test_numbers_may_come_as_text_and_addresses_in_small_letters() -> None:
    terms = terms_of("addresses")
    message = through_json(terms)
    message["message"]["roles"] = "3"
    message["message"]["keys"][0] = KEY.address.lower()
    message["domain"]["verifyingContract"] = DOMAIN.instructions.lower()

    assert from_typed_data(message, domain=DOMAIN, key=KEY.address.lower()) == terms


def test_without_a_domain_any_ledger_is_taken() -> None:
    terms = terms_of()
    elsewhere = terms.typed_data(InstructionDomain(1, "0x" + "cd" * 20))

    assert from_typed_data(elsewhere, domain=None, key=KEY.address) == terms


# -- signatures --


def test_v_may_be_counted_from_zero_and_leaves_as_27_or_28() -> None:
    terms = terms_of()
    usual = terms.sign(DOMAIN, KEY).signature
    from_zero = usual[:-1] + bytes([usual[-1] - 27])

    assert usual[-1] in (27, 28)
    assert terms.with_signature(DOMAIN, from_zero).signature == usual


def test_a_signature_of_another_key_or_message_is_refused() -> None:
    terms = terms_of()
    for foreign in (terms.digest(DOMAIN), terms_of(nonce=1).digest(DOMAIN)):
        signer = OTHER if foreign == terms.digest(DOMAIN) else KEY
        signature = bytes(signer.unsafe_sign_hash(foreign).signature)
        with pytest.raises(DomainError, match="ConfirmNote") as refused:
            terms.with_signature(DOMAIN, signature)
        assert refused.value.code == "SignatureOfAnother"
        assert refused.value.facts["key"] == KEY.address


def test_the_twin_of_a_signature_is_refused() -> None:
    terms = terms_of()
    usual = terms.sign(DOMAIN, KEY).signature
    mirrored = SECPK1_N - int.from_bytes(usual[32:64])
    twin = usual[:32] + mirrored.to_bytes(32) + bytes([55 - usual[-1]])

    with pytest.raises(DomainError, match="upper half"):
        terms.with_signature(DOMAIN, twin)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\x01" * 64,
        b"\x01" * 66,
        b"\x01" * 64 + b"\x1d",
        b"\x01" * 64 + b"\x02",
        b"\x00" * 64 + b"\x1b",
        SECPK1_N.to_bytes(32) + b"\x01" * 32 + b"\x1b",
        b"\x01" * 32 + SECPK1_N.to_bytes(32) + b"\x1b",
        # An r that is no point's coordinate belongs to no key.
        (5).to_bytes(32) + (1).to_bytes(32) + b"\x1b",
    ],
    ids=["empty", "short", "long", "v-29", "v-2", "zeros", "r-order", "s-order", "no-point"],
)
def test_bytes_that_are_no_signature_are_refused(signature: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        signer_of(b"\x01" * 32, signature)
    assert refused.value.code == "SignatureUnusable"


def test_normalising_leaves_a_usual_signature_as_it_is() -> None:
    usual = terms_of().sign(DOMAIN, KEY).signature
    assert normalised(usual) == usual


# -- nonces --


def test_nonces_are_the_same_every_time_and_differ_between_commands_and_steps() -> None:
    assert instruction_nonce("cmd_a", 1) == instruction_nonce("cmd_a", 1)
    made = {instruction_nonce(command, step) for command in ("cmd_a", "cmd_b", "") for step in range(50)}
    assert len(made) == 150
    assert all(0 <= nonce < 1 << 256 for nonce in made)
    # 248 bits choose a word of storage, so that nonces do not crowd.
    assert max(made).bit_length() > 248


def test_the_nonce_of_a_command_never_changes_between_versions() -> None:
    # A command prepared before an update and relayed after it must not take effect twice.
    # The expected digest was reckoned with sha256sum over the purpose, a zero byte, the length of the id's
    # last sixteen characters in four bytes, these characters and the step in four bytes.
    assert f"{instruction_nonce('cmd_00000000000000000000000001', 0):064x}" == (
        "9965b276a70e846d3c0b693ec104acc6f14d596e6ac72731ae59d7ca9bb20ed1"
    )


def test_a_command_made_of_the_same_at_another_time_has_the_same_nonces() -> None:
    first, later, other = (
        new_id(COMMAND, at_ms=at_ms, made_of=made_of)
        for at_ms, made_of in ((1, b"org, key, body"), (2**47, b"org, key, body"), (1, b"org, key, other"))
    )
    assert first != later
    assert instruction_nonce(first, 3) == instruction_nonce(later, 3)
    assert instruction_nonce(first, 3) != instruction_nonce(other, 3)
    chance = {instruction_nonce(new_id(COMMAND, at_ms=1), 0) for _ in range(50)}
    assert len(chance) == 50
