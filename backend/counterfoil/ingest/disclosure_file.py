"""The JSON file by which one member shows another some fields of a salted document.

The file carries no root that anybody should trust: whoever reads it takes the root from the chain.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from counterfoil.domain.errors import DomainError, declare
from counterfoil.domain.goods.salted_fields import HASH_BYTES, SALT_BYTES, Disclosure, SaltedField

DISCLOSURE_UNREADABLE = declare(
    "DisclosureUnreadable",
    "{file_name} is no disclosure: {field}: {reason}",
    "Ask for the file as it was written; it must not be edited.",
)

MAX_DISCLOSURE_BYTES = 2**20
_VERSION = 1
_HEX = re.compile(r"0x[0-9a-f]{64}")


def _hex32(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise ValueError("it is not 0x and 64 hexadecimal digits")
    return text


def _nonempty(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


_Hex32 = Annotated[str, AfterValidator(_hex32)]
_Name = Annotated[str, AfterValidator(_nonempty)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Shown(_Part):
    name: _Name
    value: str
    salt: _Hex32


class _File(_Part):
    version: Annotated[int, Field(ge=_VERSION, le=_VERSION)]
    shown: list[_Shown]
    hidden: dict[_Name, _Hex32]


def disclosure_to_json(disclosure: Disclosure) -> str:
    """The file's text: what is shown with salts, then the names and hashes of what is not."""
    stated = _File(
        version=_VERSION,
        shown=[
            _Shown(name=field.name, value=field.value, salt=f"0x{field.salt.hex()}")
            for field in disclosure.shown
        ],
        hidden={name: f"0x{hashed.hex()}" for name, hashed in sorted(disclosure.hidden.items())},
    )
    return stated.model_dump_json(indent=2) + "\n"


def disclosure_from_json(content: bytes, *, file_name: str = "the file") -> Disclosure:
    """The disclosure that a file states; whether it is true, salted_fields.verify_disclosure says.

    Raises DomainError DisclosureUnreadable, naming the field at fault.
    """
    if len(content) > MAX_DISCLOSURE_BYTES:
        raise DomainError(
            DISCLOSURE_UNREADABLE,
            file_name=file_name,
            field="the file",
            reason=f"it is larger than {MAX_DISCLOSURE_BYTES} bytes",
        )
    try:
        stated = _File.model_validate_json(content)
    except ValidationError as unfit:
        first = unfit.errors(include_url=False, include_context=False, include_input=False)[0]
        raise DomainError(
            DISCLOSURE_UNREADABLE,
            file_name=file_name,
            field=".".join(str(part) for part in first["loc"]) or "the file",
            reason=first["msg"].removeprefix("Value error, "),
        ) from unfit
    return Disclosure(
        shown=tuple(
            SaltedField(name=shown.name, value=shown.value, salt=_bytes(shown.salt, SALT_BYTES))
            for shown in stated.shown
        ),
        hidden={name: _bytes(hashed, HASH_BYTES) for name, hashed in stated.hidden.items()},
    )


def _bytes(text: str, length: int) -> bytes:
    return int(text, 16).to_bytes(length, "big")
