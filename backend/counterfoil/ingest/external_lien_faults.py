"""What can be wrong with an extract of a lien registry, and how it is said: line, field and reason."""

from __future__ import annotations

from counterfoil.domain.errors import declare, error_spec
from counterfoil.ports.external_liens import RowFault

EXTRACT_UNREADABLE = declare(
    "ExtractUnreadable",
    "the file cannot be read: {reason}",
    "Export it again as CSV or JSON in UTF-8 or GB18030.",
)
EXTRACT_TOO_LARGE = declare(
    "ExtractTooLarge",
    "{what} is larger than the limit of {limit}",
    "Export a shorter period or fewer debtors at a time.",
)
COLUMN_MISSING = declare(
    "ExtractColumnMissing",
    "there is no column {column}",
    "Name the columns as the guide on external liens does, in English or in Chinese.",
)
COLUMN_TWICE = declare(
    "ExtractColumnTwice",
    "{column} is said by two columns",
    "Leave one of them out.",
)
COLUMN_UNKNOWN = declare(
    "ExtractColumnUnknown",
    "nothing is read from {column!r}",
    "Nothing, if it says nothing about the collateral; otherwise give it the name that the guide has for it.",
)
QUOTE_OPEN = declare(
    "ExtractQuoteOpen",
    "a quotation mark is opened and not closed within {limit} lines",
    "Close it, or double the quotation marks that belong to the text.",
)
ROW_SHAPE = declare(
    "ExtractRowShape",
    "the row cannot be split into the columns: {reason}",
    "Put cells that contain the separator into quotation marks.",
)
FIELD_MISSING = declare(
    "ExtractFieldMissing",
    "nothing is stated",
    "State it; a registration without it cannot be compared with anything.",
)
FIELD_MALFORMED = declare(
    "ExtractFieldMalformed",
    "{reason}",
    "Correct the entry, and import the file again: nothing is kept twice.",
)
ROW_REPEATED = declare(
    "ExtractRowRepeated",
    "the registration {number} is in line {first} already, in the same words",
    "Nothing; it was read once.",
)
REGISTRATION_CONTRADICTS = declare(
    "ExtractRegistrationContradicts",
    "the registration {number} is in line {first} already and says something else there",
    "Keep the row that is right; several lots or numbers of one registration belong into one row.",
)
FORMULA_CELL = declare(
    "ExtractFormulaCell",
    "the cell begins like a formula; it was taken as text and nothing was computed",
    "Look at who wrote the file before opening it in a spreadsheet.",
)

_FIELD_SHOWN = 60


def fault(code: str, *, line: int, field: str, is_warning: bool = False, **facts: object) -> RowFault:
    """The fault with its sentence from the error table; of a hostile field name only what can be seen."""
    spec = error_spec(code)
    if spec is None:
        raise KeyError(code)
    shown = "".join(mark if mark.isprintable() else "\ufffd" for mark in field)[:_FIELD_SHOWN]
    return RowFault(line=line, field=shown, code=code, reason=spec.sentence(facts), is_warning=is_warning)
