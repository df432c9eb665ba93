"""A validator's identity: its secp256k1 key, the address that consensus knows it by and the name that its
peers dial."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from eth_keys import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorKey:
    """One validator's key pair. The private half never shows in a representation."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> ValidatorKey:
        """A key from the operating system's source of randomness."""
        while True:
            candidate = secrets.token_bytes(32)
            try:
                keys.PrivateKey(candidate).public_key  # noqa: B018  # raises when the number is outside the curve's order
            except ValueError:
                continue
            return cls(secret=candidate)

    @classmethod
    def read(cls, path: Path) -> ValidatorKey:
        """The key in the engine's file: 64 hexadecimal digits. Raises ValueError when it is anything else."""
        text = path.read_text(encoding="ascii").strip()
        if len(text) != 64:
            raise ValueError(f"{path} holds {len(text)} characters; a key has 64 hexadecimal digits")
        return cls(secret=bytes.fromhex(text))

    def write(self, path: Path) -> None:
        """Write the engine's key file, readable by its owner alone."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(self.secret.hex())

    @property
    def address(self) -> str:
        """The validator's address, 0x and 40 lower-case digits."""
        return keys.PrivateKey(self.secret).public_key.to_address()

    @property
    def node_id(self) -> str:
        """The public key as peers write it: 128 hexadecimal digits."""
        return keys.PrivateKey(self.secret).public_key.to_bytes().hex()

    @staticmethod
    def public_address(node_id: str) -> str:
        """The address of a public key as peers write it. Raises ValueError when it is not one."""
        content = bytes.fromhex(node_id)
        if len(content) != 64:
            raise ValueError(f"a public key has 64 bytes, not {len(content)}")
        return keys.PublicKey(content).to_address()

    def peer_url(self, host: str, port: int) -> str:
        """Where a peer dials this validator and which key it must prove to hold."""
        return f"kni://{self.node_id}@{host}:{port}?discport=0&ntype=cn"
