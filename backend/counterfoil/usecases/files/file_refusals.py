"""Why a file is not read, or a wrap not taken."""

from __future__ import annotations

from counterfoil.domain.errors import declare

FILE_UNKNOWN = declare(
    "FileUnknown",
    "there is no file {file_id} that you may read",
    "List the files of the subject; whoever put it there can share it with you.",
)
FILE_OPAQUE = declare(
    "FileOpaque",
    "the file {file_id} was encrypted by its uploader: the service cannot read it",
    "Download it as it is stored, with the key wrapped for you, and decrypt it where your key is.",
)
KEY_IS_YOURS = declare(
    "EncryptionKeyHeldElsewhere",
    "the service does not have the private key of {key_id}",
    "Download the file as it is stored, with the key wrapped for you, and decrypt it where your key is.",
)
WRAP_MISSING = declare(
    "FileKeyNotWrapped",
    "nobody has wrapped the key of file {file_id} for you yet",
    "Ask another reader of the file to add a wrap for your key.",
)
WRAP_REFUSED = declare(
    "WrapRefused",
    "the wrap for key {key_id} is not taken: {reason}",
    "Wrap for the current keys of the subject's readers only; GET .../wraps lists them.",
)

SUBJECT_UNKNOWN = declare(
    "FileSubjectUnknown",
    "there is no {subject} whose files are yours to see",
    "Name a note, receipt, bill or facility that you are a party to, an invoice of yours, or your own party.",
)
READER_UNKNOWN = declare(
    "FileReaderUnknown",
    "the party {party_id} has no access to {subject} that you could end",
    "Access that the ledger gives ends with the ledger; access that was shared can be ended by a reader.",
)
