"""The file in which the holder of a new key answers: the signed proof as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from counterfoil.domain.errors import DomainError, declare
from counterfoil.usecases.keys.rotate_key import NewKey

KEY_PROOF_INVALID = declare(
    "KeyProofFileInvalid",
    "{file_name} is no proof of a new key: {field}: {reason}",
    "Have the holder of the new key sign what `party key-proof` writes, with `counterfoil sign`.",
)

_Address = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{40}$")]


class _ProofFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: _Address
    party: Annotated[int, Field(ge=1, lt=2**24)]
    removed: _Address | None
    deadline: Annotated[int, Field(ge=0, lt=2**40)]
    signature: Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{130}$")]


def read_proof(path: Path) -> NewKey:
    """The new key of a file that `counterfoil sign` wrote. Raises KeyProofFileInvalid, OSError."""
    try:
        proof = _ProofFile.model_validate_json(path.read_bytes())
    except ValidationError as unfit:
        first = unfit.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DomainError(
            KEY_PROOF_INVALID,
            file_name=path.name,
            field=".".join(str(part) for part in first["loc"]) or "the whole",
            reason=first["msg"],
        ) from unfit
    return NewKey(
        address=proof.key, deadline_s=proof.deadline, proof=bytes.fromhex(proof.signature.removeprefix("0x"))
    )
