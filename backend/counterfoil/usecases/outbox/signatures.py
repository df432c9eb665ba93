"""Instructions that a party signs with a key that the service does not have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.outbox import InstructionsPort
from counterfoil.ports.service_store import ServiceUnitOfWork
from counterfoil.usecases.identity.refusals import COMMAND_UNKNOWN

SIGNATURE_NOT_AWAITED = declare(
    "SignatureNotAwaited",
    "The command is {state}: it waits for no signature.",
    "Read the command: it says what became of it, or what it waits for.",
)
SIGNATURE_OF_OTHER_NONCE = declare(
    "SignatureOfOtherNonce",
    "The signature is for nonce {nonce}, but the command waits for one of another nonce.",
    "Fetch the instruction of this command, and sign that.",
)
SIGNED_BY_STRANGER = declare(
    "SignedByStranger",
    "{signer} signed, which is no active key of the party that the command acts for.",
    "Sign exactly the instruction of this command, with a key that the ledger has for your party.",
)
SIGNER_MISSTATED = declare(
    "SignerMisstated",
    "The signature is said to be of {key}, but {signer} signed.",
    "Sign exactly the instruction of this command, and name the key that signed.",
)

RELAYED_NEXT = "the service sends it to the ledger"
SHOWN_LATER = "the node to show what became of its instruction, which is used up"
"""What a ready command waits for whose instruction took effect, or was refused, nobody can say yet where."""


def instruction_to_sign(
    work: ServiceUnitOfWork, instructions: InstructionsPort, *, command_id: str, org_id: str | None
) -> Mapping[str, Any]:
    """The instruction that a command waits for. org_id: whose command it must be, None for anybody's.

    Raises DomainError CommandUnknown, SignatureNotAwaited.
    """
    command = _command(work.commands.by_id(command_id), command_id, org_id)
    step = _unsigned(work, command)
    return {
        "command_id": command_id,
        "step": step.step,
        "key": step.key,
        "nonce": str(step.nonce),
        "typed_data": dict(instructions.typed_data(step)),
        "digest": "0x" + instructions.digest(step).hex(),
    }


def attach_signature(
    work: ServiceUnitOfWork,
    instructions: InstructionsPort,
    *,
    command_id: str,
    org_id: str | None,
    key: str,
    nonce: int,
    signature: bytes,
    active_keys: frozenset[str],
    now: datetime,
) -> CommandRecord:
    """Keep a signature that was made elsewhere; the command is then relayed.

    active_keys: checksummed addresses that the ledger has for the acting party now. Any of them may sign; the
    ledger looks again when it carries the instruction out. Raises DomainError CommandUnknown,
    SignatureNotAwaited, SignatureOfOtherNonce, SignatureUnusable, SignerMisstated, SignedByStranger.
    """
    command = _command(work.commands.for_update(command_id), command_id, org_id)
    step = _unsigned(work, command)
    if nonce != step.nonce:
        raise DomainError(SIGNATURE_OF_OTHER_NONCE, nonce=str(nonce))
    signer = instructions.signer_of(step, signature)
    if signer.lower() != key.lower():
        raise DomainError(SIGNER_MISSTATED, key=key, signer=signer)
    if signer not in active_keys:
        raise DomainError(SIGNED_BY_STRANGER, signer=signer)
    signed = work.commands.change_step(
        step, key=signer, signature=instructions.normalised(signature), state=StepState.SIGNED
    )
    changed = work.commands.change(command, now=now, state=CommandState.READY, waiting_for=RELAYED_NEXT)
    if signed is None or changed is None:
        # Locked by for_update: only a defect could have changed it meanwhile.
        raise DomainError(SIGNATURE_NOT_AWAITED, state=command.state.value)
    return changed


def _command(command: CommandRecord | None, command_id: str, org_id: str | None) -> CommandRecord:
    if command is None or (org_id is not None and command.org_id != org_id):
        raise DomainError(COMMAND_UNKNOWN, command_id=command_id)
    return command


def _unsigned(work: ServiceUnitOfWork, command: CommandRecord) -> StepRecord:
    step = work.commands.step_of(command.command_id, command.steps_done)
    if (
        command.state is not CommandState.AWAITING_SIGNATURE
        or step is None
        or step.state is not StepState.UNSIGNED
    ):
        raise DomainError(SIGNATURE_NOT_AWAITED, state=command.state.value)
    return step
