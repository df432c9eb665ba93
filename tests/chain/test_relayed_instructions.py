"""Steps made of captured calls: signed with a key here or elsewhere, the same signature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.deployment import DeployedContract, Deployment
from counterfoil.chain.relay.capturing import AddressOnly
from counterfoil.chain.relay.instructions import DeployedInstructions, signed_of
from counterfoil.domain.commands import StepState
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.ports.outbox import StepCaptured

KEY: LocalAccount = Account.from_key(b"\x31" * 32)
OTHER: LocalAccount = Account.from_key(b"\x32" * 32)
CONTRACT = DeployedContract(
    name="Instructions", artifact="Instructions", address=OTHER.address, block_number=1
)
DEPLOYMENT = Deployment(
    chain_id=7, genesis_hash="0x" + "00" * 32, contracts=MappingProxyType({"Instructions": CONTRACT})
)
INSTRUCTIONS = DeployedInstructions(DEPLOYMENT)
CALL = StepCaptured(contract="Cash", function="transfer", args=(3, 978, 1_200, b"\x05" * 32), key=KEY.address)


@dataclass(frozen=True)
class HardwareKey:
    """A signer that is no key of this process."""

    account: LocalAccount

    @property
    def address(self) -> str:
        return str(self.account.address)

    def sign_transaction(self, transaction_dict: dict[str, Any], /) -> Any:
        return self.account.sign_transaction(transaction_dict)

    def sign_typed_data(self, *, full_message: dict[str, Any]) -> Any:
        return self.account.sign_typed_data(full_message=full_message)


def step(place: int = 0) -> Any:
    return INSTRUCTIONS.step_of(CALL, command_id="cmd_1", step=place, deadline_s=2_000_000_000)


def test_a_captured_call_becomes_a_step_with_a_nonce_of_its_own() -> None:
    first, again, second = step(), step(), step(1)
    assert first == again
    assert first.nonce != second.nonce
    assert (first.state, first.signature, first.key) == (StepState.UNSIGNED, None, KEY.address)
    assert INSTRUCTIONS.typed_data(first)["message"]["amountMinor"] in (1_200, "1200")


def test_a_call_that_no_instruction_can_ask_for_is_refused() -> None:
    for contract, function in (("Cash", "setModule"), ("Authority", "grantRole"), ("Nothing", "at")):
        call = StepCaptured(contract=contract, function=function, args=(1, 2), key=KEY.address)
        with pytest.raises(DomainError) as caught:
            INSTRUCTIONS.step_of(call, command_id="cmd_1", step=0, deadline_s=1)
        assert caught.value.code == "NotAnInstruction"


def test_a_key_here_and_one_elsewhere_sign_the_same() -> None:
    here, elsewhere = INSTRUCTIONS.sign(step(), KEY), INSTRUCTIONS.sign(step(), HardwareKey(KEY))
    assert here == elsewhere
    assert INSTRUCTIONS.signer_of(step(), here) == KEY.address
    assert signed_of(replace(step(), signature=here)).signature == here


def test_another_key_does_not_sign_a_step() -> None:
    for stranger in (OTHER, HardwareKey(OTHER)):
        with pytest.raises(DomainError) as caught:
            INSTRUCTIONS.sign(step(), stranger)
        assert caught.value.code == "SignatureOfAnother"


def test_a_signature_is_of_one_step_on_one_ledger() -> None:
    signature = INSTRUCTIONS.sign(step(), KEY)
    assert INSTRUCTIONS.signer_of(step(1), signature) != KEY.address
    elsewhere = DeployedInstructions(
        Deployment(chain_id=8, genesis_hash=DEPLOYMENT.genesis_hash, contracts=DEPLOYMENT.contracts)
    )
    assert elsewhere.signer_of(step(), signature) != KEY.address


def test_a_key_that_is_not_here_signs_nothing() -> None:
    away = AddressOnly(KEY.address)
    for sign in (
        lambda: away.sign_transaction({}),
        lambda: away.sign_typed_data(full_message={}),
        lambda: INSTRUCTIONS.sign(step(), away),
    ):
        with pytest.raises(CounterfoilError) as caught:
            sign()
        assert caught.value.code == "KeySignsElsewhere"


def test_an_unsigned_step_is_not_sent() -> None:
    with pytest.raises(ValueError, match="not signed"):
        signed_of(step())
