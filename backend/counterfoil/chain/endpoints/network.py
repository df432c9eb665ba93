"""Which endpoints there are: a network.json, or addresses with commas between them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from counterfoil.chain.endpoints.errors import (
    ENDPOINT_ADDRESS_INVALID,
    NETWORK_FILE_INVALID,
    NetworkFileError,
)
from counterfoil.chain.engines import PROFILES, UNKNOWN, EngineProfile, profile_named

_SCHEMES = ("http", "https")
Hash = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-fA-F]{64}$", to_lower=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointAddress:
    """name: what it is called in messages; url: may have a password in it and is never shown."""

    name: str
    url: str

    def __repr__(self) -> str:
        return f"EndpointAddress(name={self.name!r})"

    @property
    def place(self) -> str:
        """Host and port alone: what may be shown of the url."""
        return _shown(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One network as the settings name it.

    chain_id and genesis_hash: None where only addresses are known; then the first endpoint that answers says
    so, and the ledger's deployment record pins them. path: of the network.json, None for addresses.
    """

    profile: EngineProfile
    endpoints: tuple[EndpointAddress, ...]
    block_period_ms: int
    name: str = ""
    chain_id: int | None = None
    genesis_hash: str | None = None
    clock: Literal["wall", "adjustable"] = "wall"
    path: Path | None = None

    @property
    def faults(self) -> int:
        """How many endpoints may lie without a lie becoming a fact; 0 where nothing is known of them."""
        return self.profile.tolerated_faults(len(self.endpoints))


class _Validator(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    index: Annotated[int, Field(ge=1)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    endpoint: str

    @field_validator("endpoint")
    @classmethod
    def _address(cls, value: str) -> str:
        reason = _unfit(value)
        if reason:
            raise ValueError(reason)
        return value


class _NetworkFile(BaseModel):
    """What is used of a network.json; further fields are for those who run the network."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str = ""
    engine: str
    chain_id: Annotated[int, Field(ge=1)]
    genesis_hash: Hash
    block_period_ms: Annotated[int, Field(ge=1, le=600_000)]
    clock: Literal["wall", "adjustable"] = "wall"
    validators: Annotated[list[_Validator], Field(min_length=1, max_length=1000)]

    @field_validator("engine")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in PROFILES or value == "embedded":
            known = ", ".join(name for name in PROFILES if name != "embedded")
            raise ValueError(f"there is no profile of an engine {value!r}; known: {known}")
        return value

    @field_validator("validators")
    @classmethod
    def _distinct(cls, value: list[_Validator]) -> list[_Validator]:
        for field in ("index", "name", "endpoint"):
            seen = [getattr(each, field) for each in value]
            if len(set(seen)) != len(seen):
                raise ValueError(f"two of them have the same {field}")
        return value


def network_of(text: str) -> Network:
    """The network that a setting names: addresses with commas between them, or the path of a network.json.

    Raises NetworkFileError EndpointAddressInvalid, NetworkFileInvalid; neither shows an address.
    """
    if "://" in text:
        return _of_addresses([part.strip() for part in text.split(",")])
    return read_network(Path(text))


def read_network(path: Path) -> Network:
    """The network of a network.json. Raises NetworkFileError NetworkFileInvalid."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as missing:
        raise _invalid(path, "the file", missing.strerror or "it cannot be read") from missing
    except ValueError as unfit:
        raise _invalid(path, "the file", f"it is no JSON: {unfit}") from unfit
    try:
        found = _NetworkFile.model_validate(content)
    except ValidationError as unfit:
        first = unfit.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _invalid(path, field, first["msg"].removeprefix("Value error, ")) from None
    return Network(
        profile=profile_named(found.engine),
        endpoints=tuple(
            EndpointAddress(name=each.name, url=each.endpoint)
            for each in sorted(found.validators, key=lambda each: each.index)
        ),
        block_period_ms=found.block_period_ms,
        name=found.name,
        chain_id=found.chain_id,
        genesis_hash=found.genesis_hash,
        clock=found.clock,
        path=path,
    )


def _of_addresses(urls: list[str]) -> Network:
    for place, url in enumerate(urls, start=1):
        reason = _unfit(url) if url not in urls[: place - 1] else "it is there twice"
        if reason:
            raise NetworkFileError(ENDPOINT_ADDRESS_INVALID, place=place, reason=reason)
    shown = [_shown(url) for url in urls]
    return Network(
        profile=UNKNOWN,
        endpoints=tuple(
            EndpointAddress(name=name if shown.count(name) == 1 else f"{name} ({place})", url=url)
            for place, (name, url) in enumerate(zip(shown, urls, strict=True), start=1)
        ),
        block_period_ms=UNKNOWN.block_period_ms,
    )


def _unfit(url: str) -> str | None:
    """Why an address cannot be used, without the address in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme not in _SCHEMES:
        return "it must begin with http:// or https://"
    if not parts.hostname or port == 0:
        return "it names no host, or no port that there is"
    return None


def _shown(url: str) -> str:
    """Host and port: user, password and path, where keys stand with some providers, are left out."""
    parts = urlsplit(url)
    host = parts.hostname or "?"
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


def _invalid(path: Path, field: str, reason: str) -> NetworkFileError:
    return NetworkFileError(NETWORK_FILE_INVALID, path=str(path), field=field, reason=reason)
