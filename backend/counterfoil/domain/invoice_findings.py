"""The codes of everything that reading or checking an invoice can find, and how a finding is worded.

A finding is a row of the error table plus the field it is about. One table, so that the CLI, the guides
and the generated list of errors use the same sentences.
"""

from __future__ import annotations

from counterfoil.domain.errors import declare, error_spec
from counterfoil.domain.invoice import Finding, Severity

EMPTY_FILE = declare("EmptyFile", "the file is empty", "Send the document again.")
FILE_UNREADABLE = declare(
    "FileUnreadable",
    "the file cannot be opened: {reason}",
    "Check the path and the permission to read it.",
)
TOO_LARGE = declare(
    "DocumentTooLarge",
    "{what} is larger than the limit of {limit_bytes} bytes",
    "Remove embedded attachments, or raise the limit for this source.",
)
TOO_COMPLEX = declare(
    "DocumentTooComplex",
    "{what} exceeds the limit of {limit}",
    "Have the sender produce an ordinary invoice document.",
)
UNKNOWN_FORMAT = declare(
    "UnknownFormat",
    "this is no invoice format that can be read: {seen}",
    "Send UBL 2.1, CII, Factur-X or ZUGFeRD PDF, a Chinese e-invoice XML or OFD.",
)
XML_MALFORMED = declare(
    "XmlMalformed",
    "the XML is not well-formed: {reason}",
    "Have the sender's software write the document again.",
)
XML_FORBIDDEN = declare(
    "XmlForbiddenConstruct",
    "the XML contains {construct}, which no invoice needs and which can be used for attacks",
    "Have the sender remove it.",
)
ENCODING_REFUSED = declare(
    "EncodingRefused",
    "the text encoding is not acceptable: {reason}",
    "Save the document as UTF-8.",
)
FIELD_MISSING = declare("FieldMissing", "{name} is missing", "Have the seller complete the document.")
FIELD_MALFORMED = declare(
    "FieldMalformed",
    "{name} is not readable: {seen!r} {reason}",
    "Have the seller correct the field.",
)


def found(code: str, field: str, *, severity: Severity = Severity.ERROR, **facts: object) -> Finding:
    """A finding with the sentence of the error table. Raises LookupError for a code nobody declared."""
    spec = error_spec(code)
    if spec is None:
        raise LookupError(f"finding code not declared: {code}")
    return Finding(code=code, severity=severity, field=field, message=spec.message.format(**facts))
