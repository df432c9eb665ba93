"""Codes of what reading Chinese e-invoices can find, beside those that all formats share."""

from __future__ import annotations

from counterfoil.domain.errors import declare

NUMBER_MALFORMED = declare(
    "CnNumberMalformed",
    "{number!r} is not the number of a fully digital invoice: it has 20 digits",
    "Take the number from the tax bureau's own file.",
)
NUMBER_SPELLING = declare(
    "CnNumberSpelling",
    "the number was written {stated!r} and is read as {number}",
    "Nothing to do: both spellings are the same invoice.",
)
NUMBER_YEAR = declare(
    "CnNumberYear",
    "digits 1-2 of the number say the year 20{stated}, but the invoice is of {issue_year}",
    "Check the invoice with the tax bureau.",
)
NUMBER_REGION = declare(
    "CnNumberRegion",
    "digits 3-4 of the number, {region}, are no province code",
    "Check the invoice with the tax bureau.",
)
NUMBER_DISAGREES = declare(
    "CnNumberDisagrees",
    "the document states two numbers, {first} and {second}",
    "Have the seller send the tax bureau's own file.",
)
TAX_ID_OTHER = declare(
    "CnTaxIdNotUscc",
    "{value!r} is not a unified social credit code but another kind of taxpayer number",
    "Onboard the party with a code that identifies it as a legal entity.",
)
LINE_DISAGREES = declare(
    "CnLineDisagrees",
    "line {line}: {reason}",
    "Compare the line with the tax bureau's own file.",
)
WORDS_DISAGREE = declare(
    "CnWordsDisagree",
    "the amount in words, {words}, is {in_words}, but in figures it is {in_figures}",
    "The document was altered or damaged: ask the seller for the original.",
)
WORDS_UNREADABLE = declare(
    "CnWordsUnreadable",
    "the amount in words, {words!r}, cannot be read and was not compared",
    "Nothing to do if the figures are right.",
)
RED_SIGN = declare(
    "CnRedLetterSign",
    "the document is marked as {marked}, but its total is {total}",
    "Check the invoice with the tax bureau.",
)
GROSS_COMPUTED = declare(
    "CnGrossComputed",
    "the total with tax is not stated; it is net plus tax, {gross}",
    "Nothing to do.",
)
NAME_ABSENT = declare(
    "CnNameAbsent",
    "the name of the {role} is not stated as text; its taxpayer number {value} stands for it",
    "Send the XML of the invoice as well.",
)
SEVERAL_INVOICES = declare(
    "CnSeveralInvoices",
    "{name} occurs several times with different values; one file holds one invoice",
    "Send one file an invoice.",
)
SIGNATURE_UNCHECKED = declare(
    "CnSignatureUnchecked",
    "the document carries an electronic signature, which was not verified",
    "Verify it with the tax bureau's service before financing.",
)
OFD_REFUSED = declare(
    "OfdRefused",
    "the OFD package is not acceptable: {reason}",
    "Have the sender export the invoice again.",
)
OFD_DISAGREES = declare(
    "OfdDisagrees",
    "the package states {stated} in OFD.xml, but the attached invoice says {attached}",
    "The document was altered: ask the seller for the original.",
)
