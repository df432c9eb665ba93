"""The whole application over a ledger with everything in it: what is the owner's, and what there is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any, cast

import httpx
from facility_ledger import facility_life
from goods_ledger import BUYER, CARRIER, FUNDER, KEEPER2, OWNER, bill_terms, by, digest
from model_ledger import CNY, DAY_S, NOW_S
from reads_world import World, party_key

from counterfoil.domain.access import OrganisationKind, Scope, UserRole
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ids import ORGANISATION, new_id
from counterfoil.domain.ledger import Ledger, PurchaseTerms
from counterfoil.domain.lot import LotId
from counterfoil.entrypoints.http.app import create_app
from counterfoil.entrypoints.http.service import HttpService
from counterfoil.ingest.reader import read_invoice
from counterfoil.ports.files import owner_of
from counterfoil.ports.identity import OrganisationRecord, OrganisationState
from counterfoil.ports.outbox import InstructionsPort
from counterfoil.ports.store import InvoiceRecord, InvoiceState
from counterfoil.ports.webhooks import DeliveryRecord, EndpointRecord
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.files.uploads import Upload
from counterfoil.usecases.identity.tokens import create_token
from http_writes.writes_support import EUROS, service_of
from identity.identity_support import Town
from ledger_support import ubl
from served_app import served

STRANGER = KEEPER2
STRANGERS = {
    "admin": UserRole.ADMIN,
    "maker": UserRole.MAKER,
    "checker": UserRole.CHECKER,
    "viewer": UserRole.VIEWER,
}
DELIVERY = "msg_" + "ab" * 20


def everything() -> Ledger:
    """Facilities in several states, receipts, liens, blocks; a live note with an offer; a bill of lading."""
    ledger = facility_life()
    share = InvoiceShare(fingerprint=digest("another"), payable_minor=500, amount_minor=500)
    ledger.notes.propose(
        by(OWNER),
        debtor_id=BUYER,
        creditor_id=OWNER,
        currency=CNY,
        maturity_at_s=NOW_S + 400 * DAY_S,
        terms_hash=digest("terms"),
        invoices=[share],
    )
    ledger.notes.confirm(by(BUYER), note_id=2, face_minor=500)
    offer = PurchaseTerms(
        lot_id=LotId.root(2),
        price_minor=450,
        expires_at_s=NOW_S + 300 * DAY_S,
        agreement_hash=digest("sale"),
    )
    ledger.financings.offer_purchase(by(FUNDER), offer)
    ledger.bills.issue(by(CARRIER), bill_terms("HLCU77"))
    return ledger


@dataclass
class Matrix:
    """Requests of strangers about the owner's things."""

    client: httpx.Client
    town: Town
    store: Store
    foreign: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    _keys: Iterator[int] = field(default_factory=lambda: count(1))

    def ask(self, who: str, method: str, path: str, body: Mapping[str, Any] | None) -> httpx.Response:
        self.town.principal(who)
        headers = {
            "Authorization": f"Bearer {self.town.secrets[who]}",
            "Idempotency-Key": f"{who}-{next(self._keys)}",
        }
        content = None
        if method in ("POST", "PUT", "PATCH"):
            headers["Content-Type"] = "application/json"
            content = json.dumps(dict(body or {}))
        return self.client.request(method, path, headers=headers, content=content)


@contextmanager
def open_matrix(store: Store) -> Iterator[Matrix]:
    """The owner's organisation has one of everything; the stranger's has users of every role and nothing."""
    world = World(store, everything())
    world.store_events()
    town = Town(store)
    for name, party_id in (("Owner", OWNER), ("Stranger", STRANGER)):
        _organisation(store, town, name, party_id)
    town.add_user("owner", "Owner", set(UserRole), EUROS)
    for name, role in STRANGERS.items():
        town.add_user(name, "Stranger", {role}, EUROS)
    # No command here comes so far that anything is asked of them.
    instructions = cast(InstructionsPort, object())
    service = replace(service_of(store, town), reading=world.side(), instructions=instructions)
    with served(create_app(service)) as client:
        matrix = Matrix(client, town, store)
        _fill(matrix, service)
        yield matrix


def _organisation(store: Store, town: Town, name: str, party_id: int) -> None:
    org_id = new_id(ORGANISATION, at_ms=party_id)
    with store.begin() as work:
        work.identity.add_organisation(
            OrganisationRecord(
                org_id=org_id,
                name=name,
                kind=OrganisationKind.MEMBER,
                party_key=party_key(party_id),
                state=OrganisationState.ACTIVE,
                created_at=town.clock(),
            )
        )
    town.organisations[name] = org_id


def _fill(matrix: Matrix, service: HttpService) -> None:
    """What only the service keeps: a command, a token, a webhook with a delivery, an invoice, a document."""
    town, store = matrix.town, matrix.store
    webhook_id, now = new_id("whk", at_ms=1), town.clock()
    content = ubl("RE-1", "1000.00")
    invoice = read_invoice(content).invoice
    assert invoice is not None
    command_id = town.add_command("owner")
    asked = town.asking("owner")
    with store.concurrent() as work:
        token, _ = create_token(
            work, asked, name="erp", scopes=[Scope.READ], expires_at=now + timedelta(days=9)
        )
        work.webhooks.add_endpoint(
            EndpointRecord(
                endpoint_id=webhook_id,
                org_id=town.organisations["Owner"],
                url="https://erp.example.com/",
                secret_sealed="sealed",
                events=(),
                created_at=now,
                cursor="{}",
            )
        )
        work.webhooks.enqueue(
            [
                DeliveryRecord(
                    delivery_id=DELIVERY,
                    endpoint_id=webhook_id,
                    event="NoteConfirmed",
                    body_json="{}",
                    next_at=now,
                    created_at=now,
                )
            ]
        )
        work.invoices.add(
            InvoiceRecord(
                content_sha256=invoice.content_sha256,
                fingerprint=digest("another"),
                seller_key=party_key(OWNER),
                buyer_key=party_key(BUYER),
                file_name="RE-1.xml",
                state=InvoiceState.RECORDED,
                recorded_at=now,
                invoice=invoice,
            )
        )
        (document,) = service.files.add(
            work,
            subject="receipt:2",
            uploads=[Upload(file_name="photo.jpg", media_type="image/jpeg", content=b"a photograph")],
            added_by=owner_of(party_key(OWNER)),
        )
    numbers = {
        "note_id": 2,
        "receipt_id": 2,
        "bill_id": 1,
        "stock_id": 1,
        "financing_id": 1,
        "facility_id": 1,
    }
    matrix.foreign = {
        **{name: str(number) for name, number in numbers.items()},
        "segment": "0",
        "index": "0",
        "asset": "receipt:2",
        "invoice_id": invoice.content_sha256,
        "command_id": command_id,
        "token_id": token.token_id,
        "user_id": town.users["owner"],
        "org_id": town.organisations["Owner"],
        "webhook_id": webhook_id,
        "delivery_id": DELIVERY,
        "document_id": document.file.file_id,
    }
    nowhere = 777_777
    matrix.missing = {
        **{name: str(nowhere) for name in numbers},
        "segment": "0",
        "index": "0",
        "asset": f"receipt:{nowhere}",
        "invoice_id": "cd" * 32,
        "command_id": new_id("cmd", at_ms=99),
        "token_id": new_id("tok", at_ms=99),
        "user_id": new_id("usr", at_ms=99),
        "org_id": new_id("org", at_ms=99),
        "webhook_id": new_id("whk", at_ms=99),
        "delivery_id": "msg_" + "cd" * 20,
        "document_id": "cd" * 32,
    }
