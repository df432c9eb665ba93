"""Instructions of one deployment: made of captured calls, signed, and shown to whoever signs elsewhere.

Needs no connection to a chain: the HTTP process uses it as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_account.signers.local import LocalAccount

from counterfoil.chain.contract_calls import INSTRUCTIONS
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.instructions.signatures import normalised, signer_of
from counterfoil.chain.instructions.terms import (
    InstructionDomain,
    InstructionTerms,
    SignedInstruction,
    instruction_nonce,
)
from counterfoil.chain.pipeline.signing import LaneKey, opened
from counterfoil.domain.commands import StepState
from counterfoil.ports.commands import StepRecord
from counterfoil.ports.engine import Signer
from counterfoil.ports.outbox import StepCaptured


def terms_of(step: StepRecord) -> InstructionTerms:
    """The instruction that a step states."""
    return InstructionTerms(
        type_hash=step.type_hash,
        encoded_args=step.encoded_args,
        key=step.key,
        nonce=step.nonce,
        deadline_s=step.deadline_s,
        gas_limit=step.gas_limit,
    )


def signed_of(step: StepRecord) -> SignedInstruction:
    """The instruction with its signature, checked when it was kept. Raises ValueError without one."""
    if step.signature is None:
        raise ValueError(f"{step.command_id}: step {step.step} is not signed")
    return SignedInstruction(terms=terms_of(step), signature=step.signature)


class DeployedInstructions:
    """counterfoil.ports.outbox.InstructionsPort for the contracts of one ledger."""

    def __init__(self, deployment: Deployment) -> None:
        self.domain = InstructionDomain(
            chain_id=deployment.chain_id, instructions=deployment.contracts[INSTRUCTIONS].address
        )

    def step_of(self, captured: StepCaptured, *, command_id: str, step: int, deadline_s: int) -> StepRecord:
        """The unsigned step. Raises DomainError NotAnInstruction, BadArguments."""
        terms = InstructionTerms.of_call(
            captured.contract,
            captured.function,
            captured.arguments,
            key=captured.key,
            nonce=instruction_nonce(command_id, step),
            deadline_s=deadline_s,
        )
        return StepRecord(
            command_id=command_id,
            step=step,
            contract=captured.contract,
            function=captured.function,
            type_hash=terms.type_hash,
            encoded_args=terms.encoded_args,
            key=terms.key,
            nonce=terms.nonce,
            deadline_s=deadline_s,
            gas_limit=0,
            state=StepState.UNSIGNED,
        )

    def sign(self, step: StepRecord, signer: Signer) -> bytes:
        """The signature, 65 bytes. Raises DomainError SignatureOfAnother where it is not the step's key."""
        terms = terms_of(step)
        if isinstance(signer, LocalAccount | LaneKey) and signer.address == terms.key:
            # A key in this process signs the digest as it is: building the message once more, and checking
            # what came back, is for signers that we do not see into.
            return opened(signer).sign_digest(terms.digest(self.domain))
        return terms.sign(self.domain, signer).signature

    def signer_of(self, step: StepRecord, signature: bytes) -> str:
        """The checksummed address that signed exactly this step. Raises DomainError SignatureUnusable."""
        return str(signer_of(terms_of(step).digest(self.domain), signature))

    def normalised(self, signature: bytes) -> bytes:
        """The form of a signature that the contract takes. Raises DomainError SignatureUnusable."""
        return normalised(signature)

    def digest(self, step: StepRecord) -> bytes:
        """The 32 bytes to sign, for devices that sign these only."""
        return terms_of(step).digest(self.domain)

    def typed_data(self, step: StepRecord) -> Mapping[str, Any]:
        """The whole EIP-712 message as a JSON object."""
        return terms_of(step).typed_data(self.domain)
