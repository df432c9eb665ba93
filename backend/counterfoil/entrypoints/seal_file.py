"""Files between the desks of keeper and holder, and of holder and reader: seals and disclosures as JSON.

A seal file has salts in it: it goes to the holder of the receipt and to nobody else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from counterfoil.domain.errors import DomainError, declare
from counterfoil.usecases.disclose_receipt import ReceiptDisclosure
from counterfoil.usecases.sealing import SealedAct, SealedMerge, SealedSplit, SealedTransfer

EXCHANGE_FILE_INVALID = declare(
    "ExchangeFileInvalid",
    "{file_name} is no file of this kind: {field}: {reason}",
    "Ask whoever made the file for it, as it was made.",
)
SEAL_OF_ANOTHER_ACT = declare(
    "SealOfAnotherAct",
    "{file_name} seals a {found}, and a {wanted} is asked for",
    "Ask the keeper to seal what is meant.",
)

_Sealed = TypeVar("_Sealed", SealedTransfer, SealedSplit, SealedMerge)


class _ExchangeFile(BaseModel):
    model_config = ConfigDict(ser_json_bytes="hex", val_json_bytes="hex", frozen=True, extra="forbid")


class _SealFile(_ExchangeFile):
    sealed: SealedTransfer | SealedSplit | SealedMerge


class _DisclosureFile(_ExchangeFile):
    disclosed: ReceiptDisclosure


def seal_text(sealed: SealedAct) -> str:
    """A sealed act as JSON."""
    return _SealFile(sealed=sealed).model_dump_json(indent=2)


def read_seal(path: Path, act: type[_Sealed]) -> _Sealed:
    """The sealed act of a file. Raises DomainError ExchangeFileInvalid or SealOfAnotherAct, and OSError."""
    sealed = _read(path, _SealFile).sealed
    if not isinstance(sealed, act):
        raise DomainError(
            SEAL_OF_ANOTHER_ACT,
            file_name=path.name,
            found=sealed.seal.act.value,
            wanted=act.__name__.removeprefix("Sealed").lower(),
        )
    return sealed


def disclosure_text(disclosed: ReceiptDisclosure) -> str:
    """A disclosure as JSON."""
    return _DisclosureFile(disclosed=disclosed).model_dump_json(indent=2)


def read_disclosure(path: Path) -> ReceiptDisclosure:
    """The disclosure of a file. Raises DomainError ExchangeFileInvalid, and OSError."""
    return _read(path, _DisclosureFile).disclosed


_File = TypeVar("_File", bound=_ExchangeFile)


def _read(path: Path, kind: type[_File]) -> _File:
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as unfit:
        first = unfit.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DomainError(
            EXCHANGE_FILE_INVALID,
            file_name=path.name,
            field=".".join(str(part) for part in first["loc"]) or "the whole",
            reason=first["msg"],
        ) from unfit
