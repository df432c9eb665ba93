"""The file that a backup is: a tar archive with a manifest of every part's size and SHA-256."""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.backup import refusals
from counterfoil.entrypoints.backup.sealed_stream import SealBrokenError, is_sealed, seal, unseal

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. store_block: up to which the store had the events; chain_block: the end of the
    chain's copy, None where the chain is somebody's node's. parts: SHA-256 and size by name.
    """

    format: int
    made_at: str
    program: str
    schema_version: int
    database: str
    store_block: int
    chain_block: int | None
    chain_id: int
    genesis_hash: str
    rows: dict[str, int]
    parts: dict[str, tuple[str, int]]

    def to_json(self) -> str:
        """Readable text."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """What `to_json` wrote. Raises ValueError, KeyError or TypeError for another text."""
        content = json.loads(text)
        content["parts"] = {name: (str(sha), int(size)) for name, (sha, size) in content["parts"].items()}
        return cls(**content)


def describe_parts(folder: Path) -> dict[str, tuple[str, int]]:
    """SHA-256 and size of every file in a folder, by its path there."""
    return {
        str(path.relative_to(folder)): (_digest(path), path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def pack(folder: Path, target: Path, *, passphrase: str | None, scrypt_n: int) -> None:
    """Write a folder as one file, whole or not at all. Raises CounterfoilError BackupExists."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as written:
            if passphrase is None:
                _write_tar(folder, written)
            else:
                with tempfile.TemporaryFile(dir=folder.parent) as plain:
                    _write_tar(folder, plain)
                    plain.seek(0)
                    seal(plain, written, passphrase, scrypt_n=scrypt_n)
            written.flush()
            os.fsync(written.fileno())
        try:
            os.link(fresh, target)  # unlike a rename, never replaces
        except FileExistsError:
            raise CounterfoilError(refusals.BACKUP_EXISTS, path=str(target)) from None
    finally:
        fresh.unlink()


@contextmanager
def unpacked(path: Path, *, passphrase: str | None) -> Iterator[tuple[Manifest, Path]]:
    """A backup's manifest and its parts in a temporary folder, after all of them were checked.

    Raises CounterfoilError BackupBroken, BackupLocked.
    """
    with tempfile.TemporaryDirectory(prefix="counterfoil-") as made:
        folder = Path(made)
        with path.open("rb") as source, tempfile.TemporaryFile() as plain:
            if is_sealed(source):
                _open_seal(path, source, plain, passphrase)
                _extract(path, plain, folder)
            else:
                _extract(path, source, folder)
        yield _checked(path, folder), folder


def _open_seal(path: Path, source: BinaryIO, plain: BinaryIO, passphrase: str | None) -> None:
    if passphrase is None:
        raise CounterfoilError(refusals.BACKUP_LOCKED, path=str(path))
    try:
        unseal(source, plain, passphrase)
    except SealBrokenError:
        raise CounterfoilError(refusals.BACKUP_LOCKED, path=str(path)) from None
    plain.seek(0)


def _extract(path: Path, source: BinaryIO, folder: Path) -> None:
    try:
        with tarfile.open(fileobj=source, mode="r:") as archive:
            for member in archive:
                if not member.isfile():
                    raise _broken(path, f"{member.name} is no file")
                # tarfile's own filter for strangers' archives came with a patch release of 3.11.
                name = PurePosixPath(member.name)
                if name.is_absolute() or ".." in name.parts:
                    raise _broken(path, f"{member.name} would lie elsewhere")
                _copy_part(archive, member, folder / name)
    except (tarfile.TarError, OSError, EOFError) as broken:
        raise _broken(path, type(broken).__name__) from broken


def _copy_part(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = archive.extractfile(member)
    if content is None:
        raise tarfile.ReadError(member.name)
    with content, target.open("xb") as kept:
        shutil.copyfileobj(content, kept)


def _checked(path: Path, folder: Path) -> Manifest:
    try:
        manifest = Manifest.from_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as broken:
        raise _broken(path, "its manifest cannot be read") from broken
    if manifest.format != FORMAT:
        raise _broken(path, f"its format is {manifest.format}, this program knows {FORMAT}")
    found = describe_parts(folder)
    del found[MANIFEST]
    for name in sorted(found.keys() | manifest.parts.keys()):
        if found.get(name) != manifest.parts.get(name):
            raise _broken(path, f"{name} is not what the manifest says")
    return manifest


def _write_tar(folder: Path, target: BinaryIO) -> None:
    # Not compressed: hashes and ciphertext do not shrink, and whoever wants to can compress the whole.
    with tarfile.open(fileobj=target, mode="w:", format=tarfile.PAX_FORMAT) as archive:
        for name in (MANIFEST, *sorted(set(describe_names(folder)) - {MANIFEST})):
            archive.add(folder / name, arcname=name, recursive=False)


def describe_names(folder: Path) -> list[str]:
    """The files in a folder, by their path there."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def _broken(path: Path, reason: str) -> CounterfoilError:
    return CounterfoilError(refusals.BACKUP_BROKEN, path=str(path), reason=reason)
