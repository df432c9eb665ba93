"""Refusals that use cases make before anything is sent, each naming the field and the reason."""

from __future__ import annotations

from counterfoil.domain.errors import declare

PARTY_NOT_FOUND = declare(
    "PartyNotFound",
    "no party is known by {reference!r}",
    "Name the party by its number, one of its identifiers or its exact name; `party list` shows them.",
)
PARTY_AMBIGUOUS = declare(
    "PartyAmbiguous",
    "{reference!r} fits several parties: {parties}",
    "Name the party by its number or an identifier.",
)
PARTY_NOT_REGISTERED = declare(
    "PartyNotRegistered",
    "the party {name} is known here but not yet registered on the ledger",
    "Register it again; an interrupted registration is completed.",
)
PARTY_KNOWN = declare(
    "PartyKnown",
    "a party with the identifier {identifier} is registered already, as number {party_id}",
    "Use that party, or correct the identifier.",
)
KEY_AMBIGUOUS = declare(
    "KeyAmbiguous",
    "{name} has not just one key: {keys}",
    "Add the new key beside the others, and remove the old one afterwards.",
)
KEY_NOT_OF_PARTY = declare(
    "KeyNotOfParty",
    "{key} is no key of party {party_id}",
    "Compare with `party show`, which lists the keys in use.",
)
PROPOSAL_NOT_FOUND = declare(
    "ProposalNotFound",
    "the council has no proposal {proposal_id}",
    "Check the number; `council list` shows all proposals.",
)
COUNCIL_SEATED_OTHERWISE = declare(
    "CouncilSeatedOtherwise",
    "the council has the members {seated}, and not {stated}",
    "Name those that sit there to complete the founding; later members come and go by its votes.",
)
MEMBERS_REPEATED = declare(
    "MembersRepeated", "party {party_id} is named more than once", "Name each member once."
)
ADMINISTRATION_ELSEWHERE = declare(
    "AdministrationElsewhere",
    "the governor's key does not administer this ledger, and the council does not either",
    "Have the key do it that does; `council check` shows who.",
)
OFFICE_NOT_HELD = declare(
    "OfficeNotHeld",
    "{key} does not hold the office {office}",
    "Compare with `council check`, which shows who holds what.",
)
OWN_KEY_ACCEPTS_ITSELF = declare(
    "OwnKeyAcceptsItself",
    "{name} keeps its own key, so nobody here can accept assignments in advance for it",
    "Register the party without that, and have it give the standing acceptance with its own key.",
)
PARTY_WITHOUT_IDENTIFIER = declare(
    "PartyWithoutIdentifier",
    "the party {name} states no identifier",
    "State at least one, for example uscc:..., vat:..., lei:... or gln:....",
)
IDENTIFIER_INVALID = declare(
    "IdentifierInvalid",
    "the identifier {identifier!r} is not usable: {reason}",
    "Write scheme:value with one of the schemes uscc, lei, vat, gln, registration.",
)
PARTY_KEYS_CONFLICT = declare(
    "PartyKeysConflict",
    "the identifiers of {name} lead to {count} different parties: {parties}",
    "Compare the document with the register of companies; nothing was recorded from it.",
)
INVOICE_TO_SELF = declare(
    "InvoiceToSelf",
    "seller {seller} and buyer {buyer} are the same party",
    "Nobody owes itself: nothing can be financed on this document.",
)
INVOICE_NOT_FOUND = declare(
    "InvoiceNotFound",
    "no invoice {reference!r} was read{seller}",
    "Read the document first; name it by its number or by the SHA-256 of its file.",
)
INVOICE_AMBIGUOUS = declare(
    "InvoiceAmbiguous",
    "several sellers have an invoice numbered {reference!r}",
    "Act as the seller, or name the document by the SHA-256 of its file.",
)
INVOICE_DUPLICATE = declare(
    "InvoiceDuplicate",
    "invoice {number} of {seller} was read already: {earlier_file} ({earlier_format}) states it as"
    " {earlier_number}",
    "Finance the invoice once; this document adds nothing.",
)
INVOICE_CONTRADICTS = declare(
    "InvoiceContradicts",
    "invoice {number} of {seller} was read already from {earlier_file}, and {field} differs: {earlier} there,"
    " {now} here",
    "Ask the seller which of the two documents holds.",
)
INVOICE_OF_ANOTHER = declare(
    "InvoiceOfAnother",
    "invoice {number} of {seller} was read already, from a document that is not for you",
    "Ask the seller which document holds.",
)
INVOICE_FINANCED = declare(
    "InvoiceAlreadyFinanced",
    "invoice {number} is already financed by note {notes}: it is invoice {earlier_number} of the same seller",
    "An invoice is financed once; a note that is cancelled or rejected gives its amount back.",
)
INVOICE_CAPACITY = declare(
    "InvoiceCapacityShort",
    "invoice {number} has {available} left, less than the {requested} asked for",
    "Ask for at most what is left after notes and credit notes.",
)
INVOICE_IS_CREDIT_NOTE = declare(
    "InvoiceIsCreditNote",
    "{number} is a credit note and cannot be financed",
    "Record it as a credit note; it reduces the invoice that it names.",
)
NOT_A_CREDIT_NOTE = declare(
    "NotACreditNote", "{number} is no credit note", "Name the credit note that was read."
)
CREDITED_INVOICE_MISSING = declare(
    "CreditedInvoiceMissing",
    "the credit note {number} does not name exactly one invoice that was read in its currency: {named}",
    "Read the invoice that it corrects first; a credit note takes effect on one invoice.",
)
INVOICE_NOT_PAYABLE = declare(
    "InvoiceNotPayable",
    "invoice {number} has nothing to pay: {payable}",
    "Only an amount that the buyer still owes can be financed.",
)
INVOICES_MISSING = declare(
    "NoteWithoutInvoice", "a note stands on at least one invoice", "Name the invoices behind the note."
)
INVOICES_UNLIKE = declare(
    "InvoicesUnlike",
    "the invoices {left} and {right} differ in {field}; one note has one",
    "Propose one note for each.",
)
NOT_PARTY_TO_INVOICE = declare(
    "NotPartyToInvoice",
    "{actor} is neither seller nor buyer of invoice {number}",
    "The seller proposes, or the buyer opens the note.",
)
MATURITY_MISSING = declare(
    "MaturityMissing",
    "the invoices state no due date and no maturity was given",
    "State the maturity of the note.",
)
MATURITY_PASSED = declare(
    "MaturityPassed",
    "the maturity {maturity} is not after the ledger's time {now}",
    "State a maturity that lies ahead.",
)
NOTE_NOT_FOUND = declare(
    "NoteNotFound", "there is no note {note_id}", "`note list` shows the notes and their numbers."
)
LOT_NOT_FOUND = declare(
    "LotNotFound", "there is no lot {lot}", "`note show ID --tree` shows the lots of a note."
)
LOT_REFERENCE_INVALID = declare(
    "LotReferenceInvalid",
    "{reference!r} is no lot: {reason}",
    "Write NOTE/SEGMENT/INDEX, for example 3/1/0; the undivided note is 3/0/0.",
)
FINANCING_NOT_FOUND = declare(
    "FinancingNotFound",
    "there is no financing {financing_id}",
    "`finance list` shows offers and loans with their numbers.",
)
LIEN_NOT_FOUND = declare(
    "LienNotFound",
    "{asset} carries no active lien",
    "`lien history` shows every lien that an asset ever carried.",
)
AMOUNT_INVALID = declare(
    "AmountInvalid",
    "{field} of {amount} is not possible: {reason}",
    "State a positive amount in the note's currency.",
)
SPLIT_UNLIKE = declare(
    "SplitUnlike",
    "the parts come to {parts}, the lot {lot} has {whole}",
    "Let the parts add up, or leave one part open for the rest.",
)
ROUND_OPEN = declare(
    "PaymentRoundOpen",
    "a payment of {amount} over note {note_id} was begun and is not finished",
    "Settle again with that amount, or without an amount: it goes on where it stopped.",
)
NOTHING_DUE = declare(
    "NothingDue", "note {note_id} has nothing to pay now", "See its state and dispute with `note show`."
)
REFERENCE_EMPTY = declare(
    "ReferenceEmpty", "{field} is empty", "State the reference that the counterparty will look for."
)
LEDGER_EXISTS = declare(
    "LedgerExists",
    "the ledger in {home} is set up already",
    "Use it, or choose another home directory; a ledger is never overwritten.",
)
LEDGER_MISSING = declare(
    "LedgerMissing", "there is no ledger in {home}", "Set one up with `counterfoil init`."
)
LEDGER_OUTDATED = declare(
    "LedgerOutdated",
    "the ledger in {home} was set up by an earlier version; it has no contract {contracts}",
    "Open it with the version that set it up, or set up a new ledger with `counterfoil init` in another home "
    "directory; contracts are never changed under a ledger.",
)
DEPLOYMENT_BROKEN = declare(
    "DeploymentBroken",
    "the deployment record {path} cannot be used: {reason}",
    "Restore the file from a backup; it says which contracts are the ledger.",
)
