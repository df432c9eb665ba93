"""A small ledger on an embedded chain that may take several courses, and an indexer on a fake node."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eth_account import Account
from fake_node import FakeNode
from sqlalchemy import select

from counterfoil.chain.contract_calls import LEDGER
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.states import Office, PartyRole
from counterfoil.ports.store import PartyRecord
from counterfoil.store.schema import metadata
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.read_model import ReadModel

GOVERNOR, OFFICER, CORE, SELLER = (Account.from_key("0x" + f"{number:02x}" * 32) for number in range(1, 5))
CORE_ID, SELLER_ID = 1, 2
EUR = 978
FAR_S = 2**40 - 2
LATE_ONBOARDING = b"\x55" * 32

OF_THE_CHAIN = (
    "chain_blocks",
    "chain_events",
    "chain_checkpoint",
    "event_subjects",
    "event_parties",
    "recent_blocks",
    "note_invoices",
)


def make_ledger_chain(directory: Path) -> Deployment:
    """A closed chain with a debtor, a supplier, and one live note; for copying."""
    with open_embedded_chain(directory, clock=lambda: 1_800_000_000.0) as chain:
        gateway = ChainGateway(chain.web3)
        deploy_ledger(
            gateway,
            governor=GOVERNOR,
            officers=dict.fromkeys(
                (Office.REGISTRAR, Office.BANK, Office.ARBITER, Office.EXAMINER), OFFICER.address
            ),
            routes=instruction_routes(),
        )
        for roles, account in ((PartyRole.CORE_ENTERPRISE, CORE), (PartyRole.SUPPLIER, SELLER)):
            gateway.send(
                LEDGER,
                "registerParty",
                [int(roles), account.address.encode()[:32], [account.address]],
                OFFICER,
            )
        ledger = LedgerGateway(gateway)
        propose(ledger, 1)
        ledger.confirm_note(by=CORE, note_id=1, face_minor=1_000)
        return gateway.deployment


def propose(ledger: LedgerGateway, number: int, *, face_minor: int = 1_000) -> None:
    """A note over an invoice of that number, by its supplier: one block."""
    share = InvoiceShare(
        fingerprint=number.to_bytes(32, "big"), payable_minor=face_minor, amount_minor=face_minor
    )
    ledger.propose_note(
        by=SELLER,
        debtor_id=CORE_ID,
        creditor_id=SELLER_ID,
        currency=EUR,
        maturity_at_s=FAR_S,
        terms_hash=b"\x07" * 32,
        invoices=[share],
    )


def register_late(ledger: LedgerGateway, *, key: str = GOVERNOR.address) -> None:
    """A further party, whose legal entity the store may know: two events in one block."""
    ledger.register_party(by=OFFICER, roles=PartyRole.SUPPLIER, onboarding_hash=LATE_ONBOARDING, keys=[key])


def open_copy(source: Path, target: Path) -> EmbeddedChain:
    """A copy of a closed chain, open; it may take a course of its own."""
    shutil.copytree(source, target)
    return open_embedded_chain(target, allow_time_travel=True, clock=lambda: 1_800_000_100.0)


class Indexing:
    """A store, and an indexer that reads a chain through a fake node."""

    def __init__(self, chain: EmbeddedChain, deployment: Deployment, store: Store, **options: Any) -> None:
        self.deployment = deployment
        self.node = FakeNode(chain)
        self.store = store
        self.ledger = LedgerGateway(ChainGateway(self.node.web3, deployment, receipt_timeout_s=0.05))
        self.read_model = ReadModel(self.ledger, store, **options)

    def writer(self, chain: EmbeddedChain) -> LedgerGateway:
        """Sends to a chain itself, past the fake node."""
        return LedgerGateway(ChainGateway(chain.web3, self.deployment))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row that follows from the chain, table by table, in order."""
        with self.store._engine.connect() as connection:
            return {
                name: [
                    tuple(row)
                    for row in connection.execute(
                        select(metadata.tables[name]).order_by(*metadata.tables[name].primary_key.columns)
                    )
                ]
                for name in OF_THE_CHAIN
            }

    def knows_entity(self) -> None:
        """Have the store know the legal entity that `register_late` registers."""
        with self.store.begin() as work:
            work.parties.add(
                PartyRecord(
                    party_key="vat:DE1",
                    name="Spaete GmbH",
                    country="DE",
                    roles=1,
                    onboarding_hash=LATE_ONBOARDING,
                    key_name="late",
                )
            )

    def entity_number(self) -> int | None:
        """The number that the store has for that legal entity."""
        with self.store.read() as work:
            found = work.parties.by_key("vat:DE1")
        assert found is not None
        return found.party_id


def without_epoch(rows: dict[str, Sequence[tuple[Any, ...]]]) -> dict[str, Sequence[tuple[Any, ...]]]:
    """The rows as they are where nothing was ever taken back."""
    ((only, number, block_hash, _epoch, version),) = rows["chain_checkpoint"]
    return {**rows, "chain_checkpoint": [(only, number, block_hash, 0, version)]}
