"""The one wiring point: a home directory becomes an open ledger with everything that use cases need.

with open_ledger(settings, passphrase=...) as ledger:
    confirm_note(ledger.bench, actor="DE347081522", note_id=1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.home_keys import HomeKeys
from counterfoil.chain.ledger_deployment import deploy_ledger, missing_contracts
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.domain.states import Office
from counterfoil.ingest.reader import read_invoice
from counterfoil.ports.engine import Receipt
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store, open_postgresql, open_sqlite
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import office_key_name
from counterfoil.usecases.read_model import ReadModel
from counterfoil.usecases.workbench import Observer, Workbench

ENGINE = "embedded"
Passphrase = Callable[[str], str]
"""Called with a key's name when its file is written or first opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCreated:
    """What setting a ledger up gave. receipts: one a transaction, in order."""

    home: Path
    chain_id: int
    contracts: dict[str, str]
    offices: dict[str, str]
    receipts: tuple[Receipt, ...]

    @property
    def gas_used(self) -> int:
        """Gas of everything together."""
        return sum(receipt.gas_used for receipt in self.receipts)


class OpenLedger:
    """An open ledger. Close it, or use it as a context manager; only one process has it open at a time."""

    def __init__(self, bench: Workbench, chain: EmbeddedChain, store: Store, deployment: Deployment) -> None:
        self.bench = bench
        self.deployment = deployment
        self._chain = chain
        self._store = store

    def advance_time(self, seconds: int) -> int:
        """Move the chain's clock ahead, for demos and tests; returns the new time in epoch seconds.

        Raises EmbeddedChainError TimeTravelRefused unless the settings allow it.
        """
        moved = self._chain.advance_time(seconds)
        self.bench.read_model.sync()
        return moved

    def close(self) -> None:
        """Give the chain and the store back. Harmless when repeated."""
        self._store.close()
        self._chain.close()

    def __enter__(self) -> OpenLedger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_ledger(settings: Settings, *, passphrase: Passphrase) -> LedgerCreated:
    """Set a ledger up in an empty home: keys, chain, contracts, offices, and last its deployment record.

    What an interrupted attempt left is used or left behind; without the record there is no ledger. Raises
    DomainError LedgerExists.
    """
    if settings.deployment_path.exists():
        raise DomainError(refusals.LEDGER_EXISTS, home=str(settings.home))
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = _keys(settings, passphrase)
    offices = {office: keys.ensure(office_key_name(office)) for office in Office}
    keys.ensure_fingerprint_key()
    with _open_chain(settings) as chain:
        gateway = ChainGateway(chain.web3)
        deployed = deploy_ledger(
            gateway, governor=keys.signer(office_key_name(Office.GOVERNOR)), officers=offices
        )
        gateway.deployment.save(settings.deployment_path)
        deployment = gateway.deployment
    return LedgerCreated(
        home=settings.home,
        chain_id=deployment.chain_id,
        contracts={name: contract.address for name, contract in deployment.contracts.items()},
        offices={office_key_name(office): address for office, address in offices.items()},
        receipts=deployed.receipts,
    )


def open_ledger(
    settings: Settings, *, passphrase: Passphrase, observers: tuple[Observer, ...] = ()
) -> OpenLedger:
    """Open the ledger of a home and bring its read model up to date.

    observers: told of every transaction that takes effect. Raises DomainError LedgerMissing, and what chain,
    store and read model raise when they cannot be used. LedgerOutdated: an earlier version set it up, whose
    contracts are not those of this one.
    """
    if not settings.deployment_path.exists():
        raise DomainError(refusals.LEDGER_MISSING, home=str(settings.home))
    chain = _open_chain(settings)
    try:
        deployment = _deployment(settings)
        ledger = LedgerGateway(ChainGateway(chain.web3, deployment))
        store = _open_store(settings)
        try:
            read_model = ReadModel(ledger, store)
            bench = Workbench(
                ledger=ledger,
                store=store,
                keys=_keys(settings, passphrase),
                read_model=read_model,
                read_document=read_invoice,
                chain_now_s=chain.now_s,
                observers=observers,
                lots_per_call=settings.settlement_lots_per_call,
            )
            read_model.sync()
        except BaseException:
            store.close()
            raise
    except BaseException:
        chain.close()
        raise
    return OpenLedger(bench, chain, store, deployment)


def _keys(settings: Settings, passphrase: Passphrase) -> HomeKeys:
    return HomeKeys(settings.keys_directory, passphrase, scrypt_n=settings.keystore_scrypt_n)


def _open_chain(settings: Settings) -> EmbeddedChain:
    return open_embedded_chain(settings.chain_directory, allow_time_travel=settings.allow_time_travel)


def _open_store(settings: Settings) -> Store:
    if settings.database is None:
        return open_sqlite(settings.store_path)
    return open_postgresql(settings.database.get_secret_value())


def _deployment(settings: Settings) -> Deployment:
    try:
        deployment = Deployment.load(settings.deployment_path)
    except (ValueError, KeyError, TypeError, OSError) as broken:
        raise CounterfoilError(
            refusals.DEPLOYMENT_BROKEN, path=str(settings.deployment_path), reason=type(broken).__name__
        ) from broken
    missing = missing_contracts(deployment)
    if missing:
        raise DomainError(refusals.LEDGER_OUTDATED, home=str(settings.home), contracts=", ".join(missing))
    return deployment
