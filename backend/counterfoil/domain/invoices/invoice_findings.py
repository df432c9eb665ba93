"""The codes of everything that reading or checking an invoice can find, and how a finding is worded.

A finding is a row of the error table plus the field it is about. One table, so that the CLI, the guides
and the generated list of errors use the same sentences.
"""

from __future__ import annotations

from counterfoil.domain.errors import declare, error_spec
from counterfoil.domain.invoices.invoice import Finding, Severity

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

FIELD_REPEATED = declare(
    "FieldRepeated",
    "{name} stands {count} times where it may stand once, so readers would disagree about the invoice",
    "Have the seller state it once.",
)
FIELD_WITH_ELEMENTS = declare(
    "FieldWithElements",
    "{name} holds other elements where only text belongs, so readers would disagree about its value",
    "Have the seller's software write the document again.",
)
AMOUNT_IN_OTHER_CURRENCY = declare(
    "AmountInOtherCurrency",
    "{name} is stated in {stated}, but the invoice is in {expected}",
    "State all amounts of the document in the invoice currency.",
)
AMOUNT_MORE_PRECISE = declare(
    "AmountMorePrecise",
    "{name} is {amount}, which is finer than the smallest unit of {currency}",
    "Round the amount to the smallest unit of the currency.",
)
TYPE_CODE_UNKNOWN = declare(
    "TypeCodeUnknown",
    "type code {seen!r} is not one of an invoice or credit note",
    "Use a code of UNTDID 1001 for invoices, such as 380, or credit notes, such as 381.",
)
TYPE_CONFLICT = declare(
    "TypeConflict",
    "the document is a {element}, but its type code {seen} says otherwise",
    "Have the seller use the type code that fits the document.",
)
NOT_A_CLAIM = declare(
    "NotAClaim",
    "type code {seen} marks a document that demands no payment",
    "Send the invoice itself.",
)
PREPAYMENT_INVOICE = declare(
    "PrepaymentInvoice",
    "this invoice (type code 386) asks for a prepayment: nothing has been delivered yet",
    "Check whether the funder and the local rules admit prepayments.",
)
CORRECTED_INVOICE = declare(
    "CorrectedInvoice",
    "this invoice (type code 384) replaces {named}; only one of them may be financed",
    "Make sure that no note stands on the replaced invoice.",
)
PAYEE_IS_NOT_SELLER = declare(
    "PayeeIsNotSeller",
    "payment is to go to {payee}, not to the seller {seller}: the claim may already be assigned",
    "Ask the seller for the assignment, and the payee for a release, before financing.",
)
WRAPPER_REMOVED = declare(
    "WrapperRemoved",
    "the invoice was inside {count} envelope(s), whose own content is not used",
    "Nothing to do: the invoice inside was read and checked.",
)
WRAPPER_REFUSED = declare(
    "WrapperRefused",
    "the envelope {name} {reason}",
    "Send one invoice in each document.",
)


def found(code: str, field: str, /, *, severity: Severity = Severity.ERROR, **facts: object) -> Finding:
    """A finding with the sentence of the error table. Raises LookupError for a code nobody declared."""
    spec = error_spec(code)
    if spec is None:
        raise LookupError(f"finding code not declared: {code}")
    return Finding(code=code, severity=severity, field=field, message=spec.message.format(**facts))
