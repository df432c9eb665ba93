"""Liens registered elsewhere, and the neutral description of a ledger asset that they are compared with.

A ledger stops a second pledge on the ledger. Whether the same invoice or the same heap is pledged outside it,
only an extract of the public registries can tell. Texts are kept as the registry states them; everything that
compares folds them first (company_name, number_comparison, lot_comparison).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from counterfoil.domain.invoices.invoice import PartyIdentifier
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number
from counterfoil.domain.keyed_hash import keyed_hash
from counterfoil.domain.money import Money
from counterfoil.domain.party_id import canonical_party_id

_MATCH_DOMAIN = b"counterfoil/external-lien-match/v1"
_CONTENT_DOMAIN = b"counterfoil/external-lien-content/v1"
# No canonical spelling contains a control character, so parts cannot run into each other.
_PART, _UNIT, _RECORD = "\x1d", "\x1f", "\x1e"


class CollateralKind(StrEnum):
    """What a lien is on. OTHER: the registry says something else, or nothing that can be classed."""

    RECEIVABLE = "receivable"
    WAREHOUSE_RECEIPT = "warehouse-receipt"
    GOODS = "goods"
    BILL_OF_LADING = "bill-of-lading"
    OTHER = "other"


class DocumentNumberKind(StrEnum):
    """Which series a document number belongs to; equal texts of two series are two documents."""

    INVOICE = "invoice"
    NOTE = "note"
    RECEIPT = "receipt"
    BILL_OF_LADING = "bill-of-lading"
    OTHER = "other"


_GOODS_KINDS = frozenset(
    {CollateralKind.WAREHOUSE_RECEIPT, CollateralKind.GOODS, CollateralKind.BILL_OF_LADING}
)


def kinds_overlap(one: CollateralKind, other: CollateralKind) -> bool:
    """Whether a lien on the one can encumber the other: a receipt and a bill stand for the goods behind."""
    if CollateralKind.OTHER in (one, other):
        return True
    return one is other or (one in _GOODS_KINDS and other in _GOODS_KINDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedParty:
    """A party as a registry or our own books name it. identifiers: strongest first; may be empty."""

    name: str
    identifiers: tuple[PartyIdentifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LotReference:
    """Where goods lie and how they are marked. Empty text: not stated."""

    site: str = ""
    bay: str = ""
    batch: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentNumber:
    """A number of a document that stands for the collateral."""

    kind: DocumentNumberKind
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLien:
    """One registration in one registry, as an extract states it.

    registry: whose numbers these are. debtor: who gave the security (pledgor, transferor). expires_at: None
    where the registration does not end by itself. secured: the claim, where stated.
    """

    registry: str
    registration_number: str
    registered_at: datetime
    expires_at: datetime | None
    debtor: NamedParty
    secured_party: str
    collateral_kind: CollateralKind
    goods_code: str = ""
    goods_description: str = ""
    lots: tuple[LotReference, ...] = ()
    document_numbers: tuple[DocumentNumber, ...] = ()
    secured: Money | None = None

    def __post_init__(self) -> None:
        for moment in (self.registered_at, self.expires_at):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a time without a zone")

    @property
    def registration_key(self) -> tuple[str, str]:
        """Registry and number in one spelling: equal for two extracts of one registration."""
        return canonical_invoice_number(self.registry), canonical_invoice_number(self.registration_number)

    def is_in_force(self, at: datetime) -> bool:
        """Whether the registration has not ended at that time."""
        return self.expires_at is None or at < self.expires_at

    def content_key(self, *, key: bytes) -> bytes:
        """32 bytes that are equal for extracts that state the same; every field counts.

        key: the consortium's fingerprint key. Raises DomainError FingerprintKeyLength.
        """
        return keyed_hash(key=key, domain=_CONTENT_DOMAIN, fields=(_RECORD.join(self._all_fields()),))

    def match_hash(self, *, asset_number: int, key: bytes) -> bytes:
        """32 bytes that stand for "this lien may be on that asset" on chain.

        Depends on the registration, on what it says about debtor and collateral, and on the asset; not on
        score, thresholds, file or order, so that reading the same extract again gives the same hash, and an
        amended registration gives another. Keyed, because registration numbers are public. Raises DomainError
        FingerprintKeyLength.
        """
        fields = (_RECORD.join(self._collateral_fields()), f"{asset_number:064x}")
        return keyed_hash(key=key, domain=_MATCH_DOMAIN, fields=fields)

    def _collateral_fields(self) -> Iterator[str]:
        yield from self.registration_key
        yield canonical_invoice_number(self.debtor.name)
        folded = (canonical_identifier(each) for each in self.debtor.identifiers)
        yield _UNIT.join(sorted(f"{each.scheme}:{each.value}" for each in folded))
        yield self.collateral_kind
        yield canonical_invoice_number(self.goods_code)
        yield canonical_invoice_number(self.goods_description)
        yield _UNIT.join(sorted(_canonical_lot(lot) for lot in self.lots))
        yield _UNIT.join(
            sorted(f"{each.kind}:{canonical_invoice_number(each.number)}" for each in self.document_numbers)
        )

    def _all_fields(self) -> Iterator[str]:
        yield from self._collateral_fields()
        yield self.registered_at.astimezone(UTC).isoformat()
        yield "" if self.expires_at is None else self.expires_at.astimezone(UTC).isoformat()
        yield canonical_invoice_number(self.secured_party)
        yield "" if self.secured is None else f"{self.secured.minor}:{self.secured.currency.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAsset:
    """What may be encumbered here, without saying how the ledger holds it.

    asset_number: the contracts' number, opaque. pledgors: its holder first, then earlier holders whose
    pledges would follow it (the seller of the invoices behind a lot). lots and document_numbers may be in any
    spelling; they are folded for comparing.
    """

    asset_number: int
    kind: CollateralKind
    pledgors: tuple[NamedParty, ...]
    goods_code: str = ""
    goods_grade: str = ""
    goods_description: str = ""
    lots: tuple[LotReference, ...] = ()
    document_numbers: tuple[DocumentNumber, ...] = ()


def canonical_identifier(identifier: PartyIdentifier) -> PartyIdentifier:
    """The identifier in the spelling under which it is compared; the scheme code does not count."""
    return PartyIdentifier(
        scheme=identifier.scheme, value=canonical_party_id(identifier.scheme, identifier.value)
    )


def _canonical_lot(lot: LotReference) -> str:
    return _PART.join(canonical_invoice_number(part) for part in (lot.site, lot.bay, lot.batch, lot.serial))
