"""Files as their owners send them: in clear, or encrypted already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as its owner sends it in clear."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaqueUpload:
    """A file that its owner encrypted. wraps: by key id, at least for the owner's own key."""

    file_name: str
    media_type: str
    content_sha256: str
    size_bytes: int
    stored: bytes
    wraps: Mapping[str, bytes]
