"""Why an instruction is not read, signed or taken."""

from __future__ import annotations

from counterfoil.domain.errors import declare

NOT_AN_INSTRUCTION = declare(
    "NotAnInstruction",
    "{function} of {contract} is not among the functions that keys give instructions for.",
    "Send it as a transaction of the office that may call it.",
)
INSTRUCTION_UNKNOWN = declare(
    "InstructionUnknown",
    "The message {name} is none of the instructions of this version.",
    "Sign nothing that you cannot read; ask whoever sent it, or install the version that it was made with.",
)
INSTRUCTION_UNREADABLE = declare(
    "InstructionUnreadable",
    "The instruction's field {field} is not usable: {reason}.",
    "Sign nothing that you cannot read; fetch the instruction again.",
)
INSTRUCTION_FOREIGN = declare(
    "InstructionForeign",
    "The instruction is for another ledger: its {field} is {actual}, yours is {expected}.",
    "Do not sign it; fetch the instruction from your own ledger.",
)
SIGNATURE_UNUSABLE = declare(
    "SignatureUnusable",
    "The signature is not usable: {reason}.",
    "Sign the instruction again, with a wallet that writes r, s and v as 65 bytes.",
)
SIGNATURE_OF_ANOTHER = declare(
    "SignatureOfAnother",
    "{name} is to be signed by the key {key}, not by {signer}.",
    "Sign with the named key, and exactly the message that was handed out.",
)
SIGNING_FILE_INVALID = declare(
    "SigningFileInvalid",
    "{file_name} holds nothing to sign: {reason}.",
    "Give the file as the service handed it out.",
)
