"""Which HTTP status goes with which code of the error table: the one place that says so.

What is not named here is a refusal by a rule or a contract: the request was understood, and the state of the
ledger is against it (409). Codes of faults of the service itself never leave it: they are told as 500 or 503
without their facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

REFUSED = 409
UNAVAILABLE = 503
FAILED = 500

_NAMED: Mapping[int, tuple[str, ...]] = {
    400: (
        "CursorInvalid",
        "EventPositionInvalid",
        "IdempotencyKeyMissing",
        "JsonMalformed",
        "OidcRefused",
        "RequestMalformed",
        "ResetInvalid",
    ),
    401: ("CredentialInvalid", "LoginFailed", "NotAuthenticated"),
    403: (
        "LimitTooLow",
        "MetricsClosed",
        "NotForOrganisation",
        "NotPermitted",
        "OwnCommand",
        "UserRoleMissing",
    ),
    404: (
        "BillNotFound",
        "CommandUnknown",
        "DeliveryNotFound",
        "FacilityNotFound",
        "FileReaderUnknown",
        "FileSubjectUnknown",
        "FileUnknown",
        "FinancingNotFound",
        "GoodNotFound",
        "InvoiceNotFound",
        "LienNotFound",
        "LotNotFound",
        "LotOfReceiptMissing",
        "MatchNotFound",
        "NoteNotFound",
        "OidcMissing",
        "OperationUnknown",
        "OrganisationUnknown",
        "PartyNotFound",
        "ReceiptNotFound",
        "PathUnknown",
        "StockNotFound",
        "TokenUnknown",
        "UserUnknown",
        "WebhookNotFound",
    ),
    405: ("MethodNotAllowed",),
    413: ("BodyTooLarge", "DocumentTooLarge", "ExtractTooLarge"),
    415: ("MediaTypeUnsupported", "UnknownFormat"),
    422: (
        "AmountInvalid",
        "AmountOutOfRange",
        "AmountTooPrecise",
        "AssetReferenceInvalid",
        "BillNumberEmpty",
        "BillOfAnotherCarrier",
        "CarrierCodeMalformed",
        "ClaimInvalid",
        "CurrencyMismatch",
        "CurrencyOfBillMissing",
        "CurrencyWithoutMinorUnit",
        "DisclosureFieldUnknown",
        "DisclosureInvalid",
        "DocumentTooComplex",
        "DocumentUnreadable",
        "EmptyFile",
        "FacilityTermInvalid",
        "FacilityTermsInvalid",
        "FieldMalformed",
        "FieldMissing",
        "FieldRepeated",
        "GoodsFieldEmpty",
        "IdentifierInvalid",
        "LotFieldMissing",
        "LotReferenceInvalid",
        "LotStatedTwice",
        "NoteWithoutInvoice",
        "OidcUnfit",
        "OrganisationUnfit",
        "PartsDifferFromWhole",
        "PartsUnclear",
        "PartyWithoutIdentifier",
        "PasswordUnfit",
        "PeriodInvalid",
        "PiecesDiffer",
        "PublicKeyUnfit",
        "QuantityMalformed",
        "QuantityNotPositive",
        "QuantityOfAnotherUnit",
        "QuantityOutOfRange",
        "QuantityTooPrecise",
        "ReceiptFileUnusable",
        "ReferenceEmpty",
        "RequestInvalid",
        "RolesUnfit",
        "SealFileInvalid",
        "SealOfAnotherAct",
        "SignatureInvalid",
        "SignatureNotKeys",
        "SignatureUnusable",
        "SignedByStranger",
        "SignerMisstated",
        "SplitUnlike",
        "TableUnreadable",
        "StatementWithoutParty",
        "TokenUnfit",
        "UnitDecimalsInvalid",
        "UnitUnknown",
        "UnknownCurrency",
        "WebhookUrlRefused",
        "WrapRefused",
    ),
    429: ("LoginDelayed", "RateLimited", "StreamsTaken"),
    FAILED: (
        "ChainStoreCorrupt",
        "DeploymentBroken",
        "FileDamaged",
        "FileKeyUnfit",
        "KeptBodyInvalid",
        "KeyFileBroken",
        "LedgerMissing",
        "LedgerOutdated",
        "SealBroken",
        "ServiceFailed",
        "ServiceFault",
        "StoreAheadOfChain",
        "StoreContradiction",
        "StoreVersion",
    ),
    UNAVAILABLE: (
        "ChainClosed",
        "ChainLocked",
        "ChainLogsIncomplete",
        "ChainMismatch",
        "ChainStoreFailed",
        "ChainUnavailable",
        "KeyLocked",
        "OidcUnreachable",
        "ReorganisationTooDeep",
        "ServiceUnavailable",
        "StoreFailed",
        "StoreUnusable",
    ),
}

STATUSES: Mapping[str, int] = MappingProxyType(
    {code: status for status, codes in _NAMED.items() for code in codes}
)


def status_of(code: str) -> int:
    """The HTTP status of a code; 409 for refusals by rules and contracts, which are not listed."""
    return STATUSES.get(code, REFUSED)
