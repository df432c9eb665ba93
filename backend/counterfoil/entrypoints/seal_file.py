"""The file between the desks of keeper and holder: a sealed act as JSON.

A seal file has salts in it: it goes to the holder of the receipt and to nobody else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from counterfoil.domain.errors import DomainError, declare
from counterfoil.usecases.receipts.sealing import SealedAct, SealedMerge, SealedSplit, SealedTransfer

SEAL_FILE_INVALID = declare(
    "SealFileInvalid",
    "{file_name} is no seal: {field}: {reason}",
    "Ask the keeper for the file as it was made.",
)
SEAL_OF_ANOTHER_ACT = declare(
    "SealOfAnotherAct",
    "{file_name} seals a {found}, and a {wanted} is asked for",
    "Ask the keeper to seal what is meant.",
)

_Sealed = TypeVar("_Sealed", SealedTransfer, SealedSplit, SealedMerge)


class _SealFile(BaseModel):
    model_config = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex", frozen=True, extra="forbid")

    sealed: SealedTransfer | SealedSplit | SealedMerge


def seal_text(sealed: SealedAct) -> str:
    """A sealed act as JSON."""
    return _SealFile(sealed=sealed).model_dump_json(indent=2)


def read_seal(path: Path, act: type[_Sealed]) -> _Sealed:
    """The sealed act of a file. Raises DomainError SealFileInvalid or SealOfAnotherAct, and OSError."""
    return seal_of_text(path.read_bytes(), act, file_name=path.name)


def seal_of_text(text: str | bytes, act: type[_Sealed], *, file_name: str = "the seal") -> _Sealed:
    """The sealed act that a text states. Raises DomainError SealFileInvalid or SealOfAnotherAct."""
    sealed = _read(text, file_name)
    if not isinstance(sealed, act):
        raise DomainError(
            SEAL_OF_ANOTHER_ACT,
            file_name=file_name,
            found=sealed.seal.act.value,
            wanted=act.__name__.removeprefix("Sealed").lower(),
        )
    return sealed


def _read(text: str | bytes, file_name: str) -> SealedAct:
    try:
        return _SealFile.model_validate_json(text).sealed
    except ValidationError as unfit:
        first = unfit.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DomainError(
            SEAL_FILE_INVALID,
            file_name=file_name,
            field=".".join(str(part) for part in first["loc"]) or "the whole",
            reason=first["msg"],
        ) from unfit
