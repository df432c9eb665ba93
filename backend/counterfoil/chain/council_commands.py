"""Keys of parties, the consortium's council and anchors of audit logs as contract calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.chain.abi_decoding import UndecodableError
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import ANCHORS, COUNCIL, KEY_DESK, LEDGER, ContractCalls
from counterfoil.chain.key_proofs import sign_proof, typed_proof
from counterfoil.domain.key_proof import KeyProof
from counterfoil.ports.council import ActDescription
from counterfoil.ports.engine import Receipt, Signer


class KeyCalls(ContractCalls):
    """counterfoil.ports.council.KeyCommands on the contracts."""

    def add_key(self, *, by: Signer, party_id: int, key: str) -> Receipt:
        """Give a party a further key, as the registrar."""
        return self._send(by, LEDGER, "addKey", party_id, key)

    def remove_key(self, *, by: Signer, party_id: int, key: str) -> Receipt:
        """Take a key from a party, as the registrar."""
        return self._send(by, LEDGER, "removeKey", party_id, key)

    def rotate_key(self, *, by: Signer, added: str, deadline_s: int, proof: bytes) -> Receipt:
        """Put a new key in the place of the acting one."""
        return self._send(by, KEY_DESK, "rotateKey", added, deadline_s, proof)

    def add_own_key(self, *, by: Signer, added: str, deadline_s: int, proof: bytes) -> Receipt:
        """Add a key beside the acting one."""
        return self._send(by, KEY_DESK, "addOwnKey", added, deadline_s, proof)

    def remove_own_key(self, *, by: Signer, removed: str) -> Receipt:
        """Take one of the acting party's keys away."""
        return self._send(by, KEY_DESK, "removeOwnKey", removed)

    def typed_key_proof(self, proof: KeyProof) -> Mapping[str, Any]:
        """The EIP-712 message with which a new key proves that somebody holds it."""
        return typed_proof(proof, **self._desk())

    def sign_key_proof(self, *, by: Signer, proof: KeyProof) -> bytes:
        """That message signed with the new key; nothing goes to the chain."""
        return sign_proof(proof, by=by, **self._desk())

    def _desk(self) -> Mapping[str, Any]:
        return {
            "chain_id": self._gateway.deployment.chain_id,
            "key_desk": self._gateway.address_of(KEY_DESK),
        }


class CouncilCalls(ContractCalls):
    """counterfoil.ports.council.CouncilCommands on the contracts."""

    def seat_council(self, *, by: Signer, members: Sequence[int]) -> Receipt:
        """Seat the first members, as the governor."""
        return self._send(by, COUNCIL, "seat", list(members))

    def propose_act(self, *, by: Signer, target: str, call: bytes, reason_hash: bytes) -> Receipt:
        """Put a call before the council. target: address of the contract to call."""
        return self._send(by, COUNCIL, "propose", target, call, reason_hash)

    def approve_act(self, *, by: Signer, proposal_id: int, act_hash: bytes) -> Receipt:
        """Approve a proposal, as a member."""
        return self._send(by, COUNCIL, "approve", proposal_id, act_hash)

    def withdraw_approval(self, *, by: Signer, proposal_id: int) -> Receipt:
        """Take an approval back."""
        return self._send(by, COUNCIL, "withdrawApproval", proposal_id)

    def execute_act(self, *, by: Signer, proposal_id: int, target: str, call: bytes) -> Receipt:
        """Carry out what the council approved."""
        return self._send(by, COUNCIL, "execute", proposal_id, target, call)

    def encode_act(self, contract: str, function: str, args: Sequence[Any]) -> tuple[str, bytes]:
        """The address and input bytes of a call that the council is to make."""
        called = load_artifact(contract).abi.function(function, len(args))
        return self._gateway.address_of(contract), called.encode_call(args)

    def describe_act(self, target: str, call: bytes) -> ActDescription:
        """What a call is, where it is one of this version's contracts."""
        for contract, deployed in self._gateway.deployment.contracts.items():
            if deployed.address != target:
                continue
            called = load_artifact(deployed.artifact).abi.function_with(call[:4])
            if called is None:
                break
            try:
                arguments = called.inputs.decode_named(call[4:])
            except UndecodableError:
                break
            return ActDescription(contract=contract, function=called.signature, arguments=arguments)
        return ActDescription(contract=None, function=None, arguments={})

    def proposal_view(self, proposal_id: int, *, block: int) -> Mapping[str, Any]:
        """ICouncil.Proposal."""
        return self._mapping(COUNCIL, "proposalOf", proposal_id, block=block)

    def council_view(self, *, block: int) -> tuple[tuple[int, ...], int]:
        """The council's members and how many proposals it has had."""
        members = self._gateway.call(COUNCIL, "members", block=block)
        return tuple(members), int(self._gateway.call(COUNCIL, "proposalCount", block=block))


class AnchorCalls(ContractCalls):
    """counterfoil.ports.council.AnchorCommands on the contracts."""

    def anchor_head(self, *, by: Signer, head: bytes, sequence: int) -> Receipt:
        """Put the newest hash of a record on chain."""
        return self._send(by, ANCHORS, "anchor", head, sequence)

    def anchor_view(self, by: str, *, block: int | str = "latest") -> tuple[bytes, int]:
        """The newest anchor of an address; zeros before its first."""
        head, sequence = self._gateway.call(ANCHORS, "last", [by], block=block)
        return bytes(head), int(sequence)
