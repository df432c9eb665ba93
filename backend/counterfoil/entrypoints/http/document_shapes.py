"""Bodies and answers of the routes for encrypted files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.ports.files import EncryptionKey, Reader, SubjectFile

SUBJECT_PATTERN = r"^(note|receipt|bill|facility|party):[1-9][0-9]{0,18}$|^invoice:[0-9a-f]{64}$"
HASH_PATTERN = "^[0-9a-f]{64}$"
WRAP_PATTERN = "^[0-9a-f]{160}$"

SubjectText = Annotated[
    str,
    Field(
        pattern=SUBJECT_PATTERN,
        description="What the files belong to: note:5, receipt:7, bill:1, facility:2, party:9, or invoice:"
        " and the invoice's fingerprint in hexadecimal digits.",
        examples=["note:5"],
    ),
]
Wraps = Annotated[
    dict[Annotated[str, Field(pattern="^enc_[0-9a-z]{26}$")], Annotated[str, Field(pattern=WRAP_PATTERN)]],
    Field(
        max_length=200,
        description="By key id: the file's content key, wrapped by HPKE (RFC 9180, X25519, HKDF-SHA256,"
        " AES-256-GCM), 80 bytes in hexadecimal digits.",
    ),
]


class Shape(BaseModel):
    """Nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class Document(Shape):
    """A file in its place."""

    document_id: str = Field(pattern=HASH_PATTERN, description="SHA-256 of the file as it is stored.")
    subject: str
    position: int = Field(description="Counts the subject's files from 0; a further version comes later.")
    file_name: str
    media_type: str
    size_bytes: int = Field(description="Of the content in clear.")
    content_sha256: str = Field(description="SHA-256 of the content in clear.")
    opaque: bool = Field(description="Encrypted by its uploader: the service has no key to it.")
    added_at: datetime

    @classmethod
    def of(cls, entry: SubjectFile) -> Document:
        """A kept file as it is shown."""
        return cls(
            document_id=entry.file.file_id,
            subject=entry.subject,
            position=entry.position,
            file_name=entry.file_name,
            media_type=entry.file.media_type,
            size_bytes=entry.file.size_bytes,
            content_sha256=entry.file.content_sha256,
            opaque=entry.file.opaque,
            added_at=entry.added_at,
        )


class Documents(Shape):
    """Files, and how to go on."""

    items: list[Document]
    next_cursor: str | None = Field(description="null: there is no more.")


class PublicKey(Shape):
    """For whom files are wrapped. held_by: service, or owner where the service has no private key."""

    key_id: str
    party_id: int | None
    suite: str
    public_hex: str
    held_by: str = Field(pattern="^(service|owner)$")
    created_at: datetime

    @classmethod
    def of(cls, key: EncryptionKey, *, party_id: int | None) -> PublicKey:
        """A key as it is shown."""
        return cls(
            key_id=key.key_id,
            party_id=party_id,
            suite=key.suite,
            public_hex=key.public.hex(),
            held_by="owner" if key.private_sealed is None else "service",
            created_at=key.created_at,
        )


class DocumentWraps(Shape):
    """The file's content key for the caller, and the keys of readers that it is not wrapped for yet."""

    document_id: str
    key_id: str
    wrapped_hex: str
    wanted: list[PublicKey]


class WrapsBody(Shape):
    """Wraps that a reader made for others."""

    wraps: Wraps


class ShareBody(Shape):
    """A party that gets access, or whose shared access ends."""

    subject: SubjectText
    party_id: int = Field(ge=1, le=16_777_215, description="Number of the party.", examples=[3])


class DocumentReader(Shape):
    """Who reads a subject's files. basis: ledger, or shared by a reader."""

    subject: str
    party_id: int | None
    basis: str
    entitled_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, reader: Reader, *, party_id: int | None) -> DocumentReader:
        """A reader as it is shown."""
        return cls(
            subject=reader.subject,
            party_id=party_id,
            basis=reader.basis.value,
            entitled_at=reader.entitled_at,
            ended_at=reader.ended_at,
        )


class KeyBody(Shape):
    """public_hex: a public key of the organisation's own; null: a fresh one that the service keeps."""

    public_hex: Annotated[str, Field(pattern=HASH_PATTERN)] | None = Field(
        description="32 bytes of an X25519 public key in hexadecimal digits, or null."
    )
