"""One operation of the service: what is stated, who acts, and the use case that carries it out.

The HTTP process checks bodies by these declarations and describes them in OpenAPI, and the worker carries the
same operations out: what is accepted is what is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from counterfoil.domain.errors import CounterfoilError, DomainError, declare
from counterfoil.domain.money import CURRENCY_MISMATCH, Currency, Money
from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import MoneyBody, Subject
from counterfoil.ports.engine import EventRecord
from counterfoil.ports.store import InvoiceRecord
from counterfoil.usecases.goods_resolving import AssetRef, currency_of_asset, find_asset, find_facility
from counterfoil.usecases.refusals import INVOICE_NOT_FOUND
from counterfoil.usecases.resolving import (
    LotRef,
    find_financing,
    find_invoice,
    find_lot,
    find_note,
    find_party,
    names_of,
)
from counterfoil.usecases.wording import canonical_json
from counterfoil.usecases.workbench import Workbench

OPERATION_UNKNOWN = declare(
    "OperationUnknown",
    "there is no operation {operation!r}",
    "The reference page of the service lists all operations.",
)
KEPT_BODY_INVALID = declare(
    "KeptBodyInvalid",
    "what was kept of the command does not fit operation {operation} any more: {fields}",
    "Give the command again; nothing was done.",
)


class Body(BaseModel):
    """What a command states. Unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def canonical_json(self) -> str:
        """One text for equal bodies; what is left out stays out."""
        return canonical_json(self.model_dump(mode="json", exclude_none=True))

    def subjects(self) -> Iterator[tuple[str, object]]:
        """What of the ledger the body names and the acting party must be able to see: kind and reference."""
        for name, field in type(self).model_fields.items():
            for mark in field.metadata:
                if isinstance(mark, Subject):
                    stated = getattr(self, name)
                    for each in stated if isinstance(stated, tuple) else (stated,):
                        yield mark.kind, each


def _shares_nothing(_content_sha256: str, _subject: str, _party_keys: Sequence[str]) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where an operation is carried out. party_id: who acts, None for an office of the consortium.

    read_file: the bytes of a file that the command brought, by their SHA-256 in hexadecimal. share_file: puts
    such a file under a subject, such as invoice:FINGERPRINT, for parties by their keys. steps_done: how many
    transactions of the command took effect before.
    """

    bench: Workbench
    party_id: int | None
    read_file: Callable[[str], bytes]
    share_file: Callable[[str, str, Sequence[str]], None] = _shares_nothing
    steps_done: int = 0

    @property
    def party(self) -> int:
        """The acting party; raises TypeError for an office."""
        if self.party_id is None:
            raise TypeError("an office acts as no party")
        return self.party_id

    @property
    def party_key(self) -> str:
        """The key of the acting party's record; raises PartyNotFound, and TypeError for an office."""
        return find_party(self.bench, self.party).party_key

    def own_invoice(self, reference: str) -> InvoiceRecord:
        """A document that the acting party sold or bought by; raises InvoiceNotFound, InvoiceAmbiguous."""
        found = find_invoice(self.bench, reference, party_key=self.party_key)
        if self.party_key not in (found.seller_key, found.buyer_key):
            # Somebody else's, named by its hash: the same answer as for one that nobody recorded.
            raise DomainError(
                INVOICE_NOT_FOUND,
                reference=reference,
                seller=" among those that the acting party sold or bought",
            )
        return found

    def minor_of_note(self, money: MoneyBody, note_id: int) -> int:
        """An amount over a note, in its currency. Raises NoteNotFound, CurrencyMismatch."""
        return _minor_in(money, self.note_currency(note_id))

    def minor_of_lot(self, money: MoneyBody, lot: LotRef) -> int:
        """An amount over a lot, in its note's currency. Raises LotNotFound, CurrencyMismatch."""
        return self.minor_of_note(money, find_lot(self.bench, lot).lot_id.note_id)

    def minor_of_facility(self, money: MoneyBody, facility_id: int) -> int:
        """An amount under a facility, in its currency. Raises FacilityNotFound, CurrencyMismatch."""
        return _minor_in(money, self.facility_currency(facility_id))

    def minor_of_financing(self, money: MoneyBody, financing_id: int) -> int:
        """An amount under a financing, in its currency. Raises FinancingNotFound, CurrencyMismatch."""
        return _minor_in(money, Currency.of_numeric(find_financing(self.bench, financing_id).currency))

    def minor_of_asset(self, money: MoneyBody, asset: AssetRef) -> int:
        """An amount over an asset, in its currency; a bill of lading takes the stated one."""
        asset_id = find_asset(self.bench, asset)
        return _minor_in(money, currency_of_asset(self.bench, asset_id, money.currency))

    def note_currency(self, note_id: int) -> Currency:
        """The currency of a note; raises NoteNotFound."""
        return Currency.of_numeric(find_note(self.bench, note_id).currency)

    def facility_currency(self, facility_id: int) -> Currency:
        """The currency of a facility; raises FacilityNotFound."""
        return Currency.of_numeric(find_facility(self.bench, facility_id).terms.currency)

    def named(self, party_id: int) -> str:
        """A party as a sentence names it: its name, where it is known here, and its number."""
        name = names_of(self.bench, [party_id]).get(party_id)
        return f"party {party_id}" if name is None else f"{name} (party {party_id})"


def _minor_in(money: MoneyBody, currency: Currency) -> int:
    if money.currency != currency.code:
        raise DomainError(CURRENCY_MISMATCH, left=money.currency, right=currency.code)
    return money.amount_minor


BodyT = TypeVar("BodyT", bound=Body)


def _states_nothing(_body: Body) -> None:
    return None


def _is_one_step(_desk: Desk, _body: Body, _events: Sequence[EventRecord]) -> bool:
    return False


def goes_on_until_nothing_is_sent(_desk: Desk, _body: Body, _events: Sequence[EventRecord]) -> bool:
    """For operations that look at the ledger and do what is missing: called again until they send nothing."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[BodyT]):
    """An operation.

    name: as use case, as OpenAPI operation id and in the column commands.operation. resource: tag in the
    documentation. path: under /v1, its parameters are fields of the body. office: who signs; None: the party
    of the organisation that gives the command. sentence: what a checker reads. stated: the amount that the
    body itself states; amount: what the command comes to, where more has to be looked up. goes_on: whether
    `run` is to be called again after a step took effect. on_chain False: nothing reaches the ledger and what
    `run` returns, a JSON object, is the result. takes_files: its body names files that came with the request.
    """

    name: str
    resource: str
    path: str
    summary: str
    body: type[BodyT]
    run: Callable[[Desk, BodyT], object]
    sentence: Callable[[Desk, BodyT], str]
    office: Office | None = None
    stated: Callable[[BodyT], Money | None] = _states_nothing
    looked_up: Callable[[Desk, BodyT], Money | None] | None = None
    goes_on: Callable[[Desk, BodyT, Sequence[EventRecord]], bool] = _is_one_step
    on_chain: bool = True
    takes_files: bool = False

    @property
    def path_fields(self) -> tuple[str, ...]:
        """Fields of the body that stand in the path."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    def amount(self, desk: Desk, body: BodyT) -> Money | None:
        """What the command comes to, None where it is not about an amount."""
        return self.stated(body) if self.looked_up is None else self.looked_up(desk, body)

    def read_body(self, body_json: str) -> BodyT:
        """The body as it was kept. Raises CounterfoilError KeptBodyInvalid."""
        try:
            return self.body.model_validate_json(body_json)
        except ValidationError as unfit:
            fields = ", ".join(".".join(str(part) for part in each["loc"]) for each in unfit.errors())
            raise CounterfoilError(KEPT_BODY_INVALID, operation=self.name, fields=fields) from unfit

    def fields(self, body: BodyT) -> Mapping[str, Any]:
        """What a checker sees beside the sentence: every stated field."""
        return body.model_dump(mode="json", exclude_none=True)

    def example(self) -> dict[str, Any]:
        """A complete body, path parameters included, made of the examples of its fields."""
        schema = self.body.model_json_schema()
        made = _example_of(schema, schema.get("$defs", {}))
        if not isinstance(made, dict):
            raise TypeError(f"{self.name}: the body is no object")
        return made


def body_hash(body_json: str) -> str:
    """SHA-256 of a canonical body, in hexadecimal: what is approved is this and nothing else."""
    return hashlib.sha256(body_json.encode()).hexdigest()


def _example_of(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example_of(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return _example_of(schema["anyOf"][0], definitions)
    if "items" in schema:
        return [_example_of(schema["items"], definitions)]
    return {name: _example_of(each, definitions) for name, each in schema["properties"].items()}
