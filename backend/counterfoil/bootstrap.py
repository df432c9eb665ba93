"""The one wiring point: a home directory becomes an open ledger with everything that use cases need.

with open_ledger(settings, passphrase=...) as ledger:
    confirm_note(ledger.bench, actor="DE347081522", note_id=1)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine
from web3 import Web3

from counterfoil.chain.deployed_code import unlike_contracts
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain
from counterfoil.chain.endpoints.errors import CHAIN_IS_EMBEDDED, NetworkFileError
from counterfoil.chain.endpoints.network import network_of
from counterfoil.chain.endpoints.pool import pinned
from counterfoil.chain.endpoints.rules import PoolRules, PoolState
from counterfoil.chain.engines import EMBEDDED, EngineProfile
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.home_keys import HomeKeys
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.ledger_deployment import COUNCIL_DELAY_S, deploy_ledger, missing_contracts
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.chain.remote import RemoteChain
from counterfoil.domain.errors import CounterfoilError, DomainError
from counterfoil.domain.states import Office
from counterfoil.ingest.reader import read_invoice
from counterfoil.ports.engine import Receipt
from counterfoil.settings import Settings
from counterfoil.store.engines import STANDARD_CONNECTIONS, postgresql_engine, sqlite_engine
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases import refusals
from counterfoil.usecases.acting import office_key_name
from counterfoil.usecases.indexing.indexer import nowhere
from counterfoil.usecases.read_model import ReadModel
from counterfoil.usecases.reading.company import Company
from counterfoil.usecases.workbench import Observer, Workbench

ENGINE = "embedded"
RELAYER_KEY = "relayer"
"""The first key that sends the service's transactions; it is no party's and no office's."""
ANCHOR_KEY = "anchor"
"""The key that anchors the audit log. Not the relayer's, whose nonces the outbox alone gives out."""
OpenChain = EmbeddedChain | RemoteChain
Passphrase = Callable[[str], str]
"""Called with a key's name when its file is written or first opened."""


def lane_keys(settings: Settings) -> tuple[str, ...]:
    """The names of the keys that send the service's transactions, one a lane."""
    return (RELAYER_KEY, *(f"{RELAYER_KEY}-{place}" for place in range(2, settings.lane_count + 1)))


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
    """An open ledger. Close it, or use it as a context manager; only one process has it open at a time.

    keys, gateway and store are those behind the bench, for the worker of the service.
    """

    def __init__(
        self, bench: Workbench, chain: OpenChain, store: Store, gateway: ChainGateway, keys: HomeKeys
    ) -> None:
        self.bench = bench
        self.gateway = gateway
        self.keys = keys
        self.store = store
        self._chain = chain

    @property
    def deployment(self) -> Deployment:
        """Which contracts stand where."""
        return self.gateway.deployment

    @property
    def web3(self) -> Web3:
        """The connection to the chain."""
        return self._chain.web3

    @property
    def profile(self) -> EngineProfile:
        """What is known of the chain's engine."""
        return self._chain.profile if isinstance(self._chain, RemoteChain) else EMBEDDED

    def network_state(self) -> PoolState | None:
        """The network's endpoints as they were found last; None for the embedded chain."""
        return self._chain.state() if isinstance(self._chain, RemoteChain) else None

    def network_trouble(self) -> str | None:
        """Why the network cannot be used as it should be, in a sentence; None where it can."""
        return self._chain.trouble() if isinstance(self._chain, RemoteChain) else None

    def unlike_contracts(self) -> tuple[str, ...]:
        """Contracts whose code on the chain is not this version's."""
        return unlike_contracts(self.web3, self.deployment)

    def advance_time(self, seconds: int) -> int:
        """Move the chain's clock ahead, for demos and tests; returns the new time in epoch seconds.

        Raises EmbeddedChainError TimeTravelRefused unless the settings allow it.
        """
        moved = self._chain.advance_time(seconds)
        self.bench.read_model.sync()
        return moved

    def close(self) -> None:
        """Give the chain and the store back. Harmless when repeated."""
        self.store.close()
        self._chain.close()

    def __enter__(self) -> OpenLedger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def create_ledger(
    settings: Settings, *, passphrase: Passphrase, council_delay_s: int = COUNCIL_DELAY_S
) -> LedgerCreated:
    """Set a ledger up in an empty home: keys, chain, contracts, offices, and last its deployment record.

    council_delay_s: from a proposal to the council to the first second in which it can be done, for good.
    What an interrupted attempt left is used or left behind; without the record there is no ledger. Raises
    DomainError LedgerExists.
    """
    if settings.deployment_path.exists():
        raise DomainError(refusals.LEDGER_EXISTS, home=str(settings.home))
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = home_keys(settings, passphrase)
    offices = {office: keys.ensure(office_key_name(office)) for office in Office}
    keys.ensure_fingerprint_key()
    for lane in lane_keys(settings):
        keys.ensure(lane)
    with _open_chain(settings) as chain:
        gateway = ChainGateway(chain.web3, on_pending=settings.chain is None)
        deployed = deploy_ledger(
            gateway,
            governor=keys.signer(office_key_name(Office.GOVERNOR)),
            officers=offices,
            routes=instruction_routes(),
            anchor_keys=[keys.ensure(ANCHOR_KEY)],
            council_delay_s=council_delay_s,
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
    settings: Settings,
    *,
    passphrase: Passphrase,
    observers: tuple[Observer, ...] = (),
    at: Callable[[str], None] = nowhere,
    up_to_date: bool = True,
) -> OpenLedger:
    """Open the ledger of a home and bring its read model up to date.

    observers: told of every transaction that takes effect. at: where tests stop the indexer. up_to_date:
    False leaves the read model empty, for whoever is about to build the store's copy anew. Raises
    DomainError LedgerMissing, and what chain, store and read model raise when they cannot be used.
    LedgerOutdated: an earlier version set it up, whose contracts are not those of this one.
    """
    if not settings.deployment_path.exists():
        raise DomainError(refusals.LEDGER_MISSING, home=str(settings.home))
    deployment = read_deployment(settings)
    chain = _open_chain(settings, deployment)
    try:
        gateway = ChainGateway(chain.web3, deployment, on_pending=settings.chain is None)
        ledger = LedgerGateway(gateway)
        keys = home_keys(settings, passphrase)
        store = open_store(settings)
        try:
            read_model = ReadModel(ledger, store, beside=Company, at=at)
            bench = Workbench(
                ledger=ledger,
                store=store,
                keys=keys,
                read_model=read_model,
                read_document=read_invoice,
                chain_now_s=chain.now_s,
                observers=observers,
                lots_per_call=settings.settlement_lots_per_call,
            )
            if up_to_date:
                read_model.sync()
        except BaseException:
            store.close()
            raise
    except BaseException:
        chain.close()
        raise
    return OpenLedger(bench, chain, store, gateway, keys)


def home_keys(settings: Settings, passphrase: Passphrase) -> HomeKeys:
    """The keys of a home, none of them opened yet."""
    return HomeKeys(settings.keys_directory, passphrase, scrypt_n=settings.keystore_scrypt_n)


def open_network(settings: Settings, deployment: Deployment | None = None) -> RemoteChain:
    """The network that the settings name. deployment: says which chain a bare address must be of.

    Raises NetworkFileError for an address or a network.json that cannot be used, ChainIsEmbedded among them.
    """
    if settings.chain is None:
        raise NetworkFileError(CHAIN_IS_EMBEDDED)
    network = network_of(settings.chain.get_secret_value())
    if deployment is not None:
        network = pinned(network, chain_id=deployment.chain_id, genesis_hash=deployment.genesis_hash)
    rules = PoolRules(agreement=settings.chain_agreement, lag_blocks=settings.chain_lag_blocks)
    return RemoteChain(network, rules=rules, allow_time_travel=settings.allow_time_travel)


def _open_chain(settings: Settings, deployment: Deployment | None = None) -> OpenChain:
    if settings.chain is not None:
        return open_network(settings, deployment)
    return open_embedded_chain(settings.chain_directory, allow_time_travel=settings.allow_time_travel)


def open_store(settings: Settings, *, connections: int = STANDARD_CONNECTIONS) -> Store:
    """The store that the settings name. connections: transactions of this process at once at most."""
    return Store(store_engine(settings, connections=connections))


def store_engine(settings: Settings, *, connections: int = STANDARD_CONNECTIONS) -> Engine:
    """An engine on the store's database, as it is found: nothing is created or migrated."""
    if settings.database is None:
        return sqlite_engine(settings.store_path, connections=connections)
    return postgresql_engine(settings.database.get_secret_value(), connections=connections)


def read_deployment(settings: Settings) -> Deployment:
    """The contracts of a home's ledger. Raises CounterfoilError DeploymentBroken, LedgerOutdated."""
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
