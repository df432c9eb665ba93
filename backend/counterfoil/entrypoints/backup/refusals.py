"""Why a backup is not written, trusted or restored."""

from __future__ import annotations

from counterfoil.domain.errors import declare

BACKUP_EXISTS = declare(
    "BackupExists",
    "{path} exists already",
    "Name a file that is not there yet; a backup is never overwritten.",
)
BACKUP_BROKEN = declare(
    "BackupBroken",
    "{path} is no whole backup: {reason}",
    "Use another backup; a part of this one must not be restored.",
)
BACKUP_LOCKED = declare(
    "BackupLocked",
    "{path} is encrypted, and does not open with this passphrase",
    "Set COUNTERFOIL_BACKUP_PASSPHRASE to the passphrase that it was made with.",
)
BACKUP_VERSION = declare(
    "BackupVersion",
    "the backup is of store version {found}, this program has version {expected}",
    "Restore it with the program version that made it, then open it with this one.",
)
RESTORE_NOT_EMPTY = declare(
    "RestoreNotEmpty",
    "{place} is not empty",
    "Restore into a home that does not exist and a database without tables.",
)
NOTHING_TO_BACK_UP = declare(
    "NothingToBackUp",
    "there is no ledger in {home}",
    "Name the home of the installation with --home.",
)
CHAIN_BUSY = declare(
    "BackupChainBusy",
    "another program holds the blocks of the embedded chain",
    "Stop whatever reads or writes the chain's file apart from this installation, and try again.",
)
