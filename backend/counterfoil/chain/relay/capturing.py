"""A ledger on which nothing is sent: what a use case would send is handed to whoever runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.ports.engine import BlockEvents, BlockHead, ContractCall, EventRecord, Receipt, Signer
from counterfoil.ports.outbox import StepCaptured
from counterfoil.ports.store import PartyRecord

SIGNS_ELSEWHERE = declare(
    "KeySignsElsewhere",
    "The key {address} is not kept here; nothing can be signed with it.",
    "Let its holder sign the instruction that the command waits for.",
)


class CapturingGateway:
    """Reads from the real gateway. The first call with effect ends the use case with StepCaptured."""

    def __init__(self, gateway: ChainGateway) -> None:
        self._gateway = gateway

    @property
    def deployment(self) -> Deployment:
        """The contracts known now."""
        return self._gateway.deployment

    def address_of(self, contract: str) -> str:
        """As ChainGateway.address_of."""
        return self._gateway.address_of(contract)

    def send(
        self,
        contract: str,
        function: str,
        args: Sequence[Any],
        signer: Signer,
        *,
        gas: int | None = None,  # noqa: ARG002 - the signature is the port's
    ) -> Receipt:
        """Never sends. Raises StepCaptured."""
        _capture(contract, function, args, signer)

    def send_batch(
        self, calls: Sequence[ContractCall], signer: Signer
    ) -> tuple[Receipt | CounterfoilError, ...]:
        """Never sends. Raises StepCaptured for the first call."""
        for call in calls:
            _capture(call.contract, call.function, call.args, signer)
        return ()

    def newest_block(self) -> BlockHead:
        """As ChainGateway.newest_block."""
        return self._gateway.newest_block()

    def block_heads(self, numbers: Sequence[int]) -> tuple[BlockHead | None, ...]:
        """As ChainGateway.block_heads."""
        return self._gateway.block_heads(numbers)

    def read_blocks(self, *, from_block: int, to_block: int) -> tuple[BlockEvents, ...]:
        """As ChainGateway.read_blocks."""
        return self._gateway.read_blocks(from_block=from_block, to_block=to_block)

    def call(
        self,
        contract: str,
        function: str,
        args: Sequence[Any] = (),
        *,
        sender: str | None = None,
        block: int | str = "latest",
    ) -> Any:
        """As ChainGateway.call."""
        return self._gateway.call(contract, function, args, sender=sender, block=block)

    def head(self) -> tuple[int, int]:
        """As ChainGateway.head."""
        return self._gateway.head()

    def events(self, *, from_block: int = 0, to_block: int | None = None) -> Iterator[EventRecord]:
        """As ChainGateway.events."""
        return self._gateway.events(from_block=from_block, to_block=to_block)

    def receipt(self, tx_hash: str) -> Receipt:
        """As ChainGateway.receipt."""
        return self._gateway.receipt(tx_hash)


def _capture(contract: str, function: str, args: Sequence[Any], signer: Signer) -> NoReturn:
    raise StepCaptured(contract=contract, function=function, args=args, key=signer.address)


@dataclass(frozen=True, slots=True)
class AddressOnly:
    """A key that is somewhere else: it has an address, and signs nothing."""

    address: str

    def sign_transaction(self, transaction_dict: dict[str, Any], /) -> NoReturn:  # noqa: ARG002 - Signer's
        """Raises CounterfoilError KeySignsElsewhere."""
        raise CounterfoilError(SIGNS_ELSEWHERE, address=self.address)

    def sign_typed_data(self, *, full_message: dict[str, Any]) -> NoReturn:  # noqa: ARG002 - Signer's
        """Raises CounterfoilError KeySignsElsewhere."""
        raise CounterfoilError(SIGNS_ELSEWHERE, address=self.address)


class _KeptKeys(Protocol):
    def ensure(self, name: str) -> str: ...
    def signer(self, name: str) -> Signer: ...
    def party_signer(self, party: PartyRecord) -> Signer: ...
    def fingerprint_key(self) -> bytes: ...


class CapturingKeys:
    """The keys of the home; a party that keeps its own key is there with its address."""

    def __init__(self, keys: _KeptKeys, *, active_key_of: Callable[[PartyRecord], str]) -> None:
        """active_key_of: a key of the party that the ledger knows; raises DomainError where it has none."""
        self._keys = keys
        self._active_key_of = active_key_of

    def ensure(self, name: str) -> str:
        """As HomeKeys.ensure."""
        return self._keys.ensure(name)

    def signer(self, name: str) -> Signer:
        """As HomeKeys.signer."""
        return self._keys.signer(name)

    def party_signer(self, party: PartyRecord) -> Signer:
        """The party's key, or its address where the party keeps the key itself."""
        if party.custody == "own":
            return AddressOnly(self._active_key_of(party))
        return self._keys.party_signer(party)

    def fingerprint_key(self) -> bytes:
        """As HomeKeys.fingerprint_key."""
        return self._keys.fingerprint_key()
