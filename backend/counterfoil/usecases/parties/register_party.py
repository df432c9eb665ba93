"""Register a legal entity: its record and key here, its number and key address on the ledger.

The record is kept before the transaction; a registration that was interrupted is found again by its
onboarding hash and completed, never repeated.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.key_address import key_address
from counterfoil.domain.party_id import canonical_party_id, check_digit_holds, identifier_key
from counterfoil.domain.states import Office, PartyRole
from counterfoil.ports.engine import Receipt
from counterfoil.ports.store import DocumentKind, DocumentRecord, KeyCustody, PartyRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import registered_id, required_text
from counterfoil.usecases.wording import canonical_json, salted_hash
from counterfoil.usecases.workbench import Outcome, Workbench

_STATABLE = (IdScheme.USCC, IdScheme.LEI, IdScheme.VAT, IdScheme.GLN, IdScheme.REGISTRATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRegistration(Outcome):
    """A registered party. receipts: none where an interrupted registration was already on the ledger."""

    party: PartyRecord
    party_id: int


def register_party(
    bench: Workbench,
    *,
    name: str,
    identifiers: Sequence[str],
    roles: PartyRole,
    country: str | None = None,
    accepts_assignments: bool = False,
    key_addresses: Sequence[str] = (),
) -> PartyRegistration:
    """Register a party. identifiers: scheme:value, for example vat:DE347081522; the first is its party key.

    accepts_assignments: the party at once accepts all assignments in advance, with its own key.
    key_addresses: keys that the party keeps itself; without any, a key is made in the keystore. Raises
    DomainError PartyKnown, PartyKeysConflict, PartyWithoutIdentifier, IdentifierInvalid, KeyAddressInvalid,
    OwnKeyAcceptsItself.
    """
    stated = required_text(name, field="name")
    own_keys = tuple(dict.fromkeys(key_address(text) for text in key_addresses))
    if own_keys and accepts_assignments:
        raise DomainError(refusals.OWN_KEY_ACCEPTS_ITSELF, name=stated)
    keys = tuple(dict.fromkeys(_parsed(text, country=country) for text in identifiers))
    if not keys:
        raise DomainError(refusals.PARTY_WITHOUT_IDENTIFIER, name=stated)
    with bench.store.begin() as work:
        owners = work.parties.keys_of_identifiers(keys)
        known = [work.parties.by_key(owner) for owner in dict.fromkeys(owners.values())]
    for party in known:
        if party is not None and party.party_id is not None:
            taken = next(key for key in keys if owners.get(key) == party.party_key)
            raise DomainError(refusals.PARTY_KNOWN, identifier=taken, party_id=party.party_id)
    registration = enrol(bench, name=stated, keys=keys, roles=roles, country=country, own_keys=own_keys)
    if not accepts_assignments:
        return registration
    receipt = carry_out(
        bench,
        "set_standing_acceptance",
        lambda: bench.ledger.set_standing_acceptance(
            by=bench.keys.party_signer(registration.party), debtor_id=None, given=True
        ),
    )
    return PartyRegistration(
        operation=registration.operation,
        receipts=(*registration.receipts, receipt),
        party=registration.party,
        party_id=registration.party_id,
    )


def enrol(
    bench: Workbench,
    *,
    name: str,
    keys: Sequence[str],
    roles: PartyRole,
    country: str | None,
    own_keys: Sequence[str] = (),
) -> PartyRegistration:
    """Register a party under registry keys that belong to nobody, or complete its interrupted registration.

    keys: as counterfoil.domain.party_id writes them, the first becomes the party key. own_keys: checksummed
    addresses of keys that the party keeps itself. Raises DomainError PartyKeysConflict where the registry
    keys lead to more than one party.
    """
    custody = KeyCustody.OWN if own_keys else KeyCustody.KEYSTORE
    party = _kept(bench, name=name, keys=keys, roles=roles, country=country, custody=custody)
    addresses = list(own_keys) or [bench.keys.ensure(party.key_name)]
    bench.read_model.sync()
    receipts: tuple[Receipt, ...] = ()
    if _reread(bench, party).party_id is None:
        receipt = carry_out(
            bench,
            "register_party",
            lambda: bench.ledger.register_party(
                by=office_key(bench, Office.REGISTRAR),
                roles=PartyRole(party.roles),
                onboarding_hash=party.onboarding_hash,
                keys=addresses,
            ),
        )
        receipts = (receipt,)
    party = _reread(bench, party)
    return PartyRegistration(
        operation="register_party", receipts=receipts, party=party, party_id=registered_id(party)
    )


def _kept(
    bench: Workbench,
    *,
    name: str,
    keys: Sequence[str],
    roles: PartyRole,
    country: str | None,
    custody: KeyCustody,
) -> PartyRecord:
    with bench.store.begin() as work:
        owners = tuple(dict.fromkeys(work.parties.keys_of_identifiers(keys).values()))
        if len(owners) > 1:
            listed = ", ".join(owners)
            raise DomainError(refusals.PARTY_KEYS_CONFLICT, name=name, count=len(owners), parties=listed)
        known = work.parties.by_key(owners[0]) if owners else None
        if known is None:
            salt = secrets.token_bytes(16)
            body = canonical_json({"country": country, "identifiers": list(keys), "name": name})
            known = PartyRecord(
                party_key=keys[0],
                name=name,
                country=country,
                roles=int(roles),
                onboarding_hash=salted_hash(salt, body),
                key_name=_key_name(keys[0]),
                custody=custody,
            )
            onboarding = DocumentRecord(
                document_hash=known.onboarding_hash, kind=DocumentKind.ONBOARDING, salt=salt, body_json=body
            )
            work.documents.add(onboarding)
            work.parties.add(known)
        elif known.party_id is None and known.custody is not custody:
            # An interrupted registration that is completed with the key elsewhere.
            work.parties.set_key(known.party_key, key_name=known.key_name, custody=custody)
            known = replace(known, custody=custody)
        work.parties.add_identifiers(known.party_key, keys)
    return known


def _key_name(party_key: str) -> str:
    # Neither a name nor an identifier stands in the name of a file.
    return f"party-{hashlib.sha256(party_key.encode()).hexdigest()[:16]}"


def _reread(bench: Workbench, party: PartyRecord) -> PartyRecord:
    with bench.store.begin() as work:
        return work.parties.by_key(party.party_key) or party


def _parsed(text: str, *, country: str | None) -> str:
    """The registry key of scheme:value, or of registration:CODE:value."""
    scheme_text, _, rest = text.strip().partition(":")
    try:
        scheme = IdScheme(scheme_text.lower())
    except ValueError:
        scheme = IdScheme.OTHER
    if scheme not in _STATABLE or not rest.strip():
        raise DomainError(refusals.IDENTIFIER_INVALID, identifier=text, reason="it names no known scheme")
    scheme_code = None
    if scheme is IdScheme.REGISTRATION and ":" in rest:
        scheme_code, _, rest = rest.partition(":")
    identifier = PartyIdentifier(
        scheme=scheme, value=canonical_party_id(scheme, rest, country=country), scheme_code=scheme_code
    )
    if check_digit_holds(identifier) is False:
        raise DomainError(
            refusals.IDENTIFIER_INVALID, identifier=text, reason="its check character does not fit"
        )
    return identifier_key(identifier, country=country)
