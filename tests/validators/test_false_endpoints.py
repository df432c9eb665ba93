"""An endpoint that lags or lies is noticed and left, and the service's copy of the chain stays right."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from false_endpoint import LIES, FalseEndpoint, Lie, with_other_amounts, with_other_hashes
from network_ground import Ground, Report, until
from pydantic import SecretStr
from running_worker import running_worker
from web3 import Web3

from counterfoil.bootstrap import read_deployment
from counterfoil.chain.endpoints.network import read_network
from counterfoil.chain.endpoints.pool import EndpointPool
from counterfoil.chain.endpoints.provider import PoolProvider
from counterfoil.chain.endpoints.rules import PoolRules
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_gateway import LedgerGateway
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import EndpointBeat
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store, open_sqlite
from counterfoil.usecases.read_model import ReadModel

pytestmark = pytest.mark.needs_network

LAG_BLOCKS = PoolRules().lag_blocks


@contextmanager
def behind_endpoints(ground: Ground, folder: Path) -> Iterator[tuple[Path, list[FalseEndpoint]]]:
    """A network's file whose validators are reached through endpoints that may lie, in their order."""
    with ExitStack() as stack:
        content = json.loads(ground.network.descriptor.read_text("utf-8"))
        endpoints = []
        for validator in content["validators"]:
            endpoints.append(stack.enter_context(FalseEndpoint(validator["endpoint"])))
            validator["endpoint"] = endpoints[-1].url
        path = folder / "network.json"
        path.write_text(json.dumps(content), "utf-8")
        yield path, endpoints


@dataclass
class Reader:
    """A copy of the chain in a store of its own, made through a pool."""

    pool: EndpointPool
    model: ReadModel
    store: Store
    ledger: LedgerGateway

    def digest(self) -> str:
        """Of everything that was indexed."""
        with self.store.read() as work:
            return str(work.chain_log.digest())


@contextmanager
def reader(settings: Settings, network: Path, store_path: Path) -> Iterator[Reader]:
    pool = EndpointPool(read_network(network))
    store = open_sqlite(store_path)
    try:
        gateway = ChainGateway(Web3(PoolProvider(pool)), read_deployment(settings))
        ledger = LedgerGateway(gateway)
        yield Reader(pool, ReadModel(ledger, store), store, ledger)
    finally:
        store.close()
        pool.close()


@pytest.fixture
def honest(whole: Ground, tmp_path: Path) -> Iterator[Reader]:
    with reader(whole.settings, whole.network.descriptor, tmp_path / "honest.sqlite") as opened:
        yield opened


def same_block(one: Reader, other: Reader) -> bool:
    """Bring both up to one block; whether that succeeded.

    An answer that does not fit is refused as no answer, and asked for again: of another endpoint then.
    """
    try:
        one.model.sync()
    except ChainError:
        return False
    other.model.sync()
    return one.model.block_number == other.model.block_number


def in_use(pool: EndpointPool) -> int:
    """The place of the endpoint that the pool asks now."""
    return next(place for place, each in enumerate(pool.state().endpoints) if each.is_in_use)


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: str(lie.__name__))
def test_a_lying_endpoint_is_left(lie: Lie, whole: Ground, honest: Reader, tmp_path: Path) -> None:
    with (
        behind_endpoints(whole, tmp_path) as (path, endpoints),
        reader(whole.settings, path, tmp_path / "store.sqlite") as misled,
    ):
        asked = in_use(misled.pool)
        endpoints[asked].lie = lie
        until(lambda: same_block(misled, honest), within_s=60, what="both have the same block")
        assert endpoints[asked].told > 0, "it was asked, and lied"
        left = misled.pool.state().endpoints[asked]
        # A block that nobody else knows has no header either, which counts as no answer.
        assert left.state == ("silent" if lie is with_other_hashes else "quarantined"), left
        assert left.reason != ""
        assert not left.is_in_use
        assert misled.digest() == honest.digest()


def test_an_endpoint_that_stands_still_is_left(
    whole: Ground, honest: Reader, tmp_path: Path, report: Report
) -> None:
    with (
        behind_endpoints(whole, tmp_path) as (path, endpoints),
        reader(whole.settings, path, tmp_path / "store.sqlite") as misled,
    ):
        misled.model.sync()
        asked = in_use(misled.pool)
        shown = [misled.model.block_number]
        endpoints[asked].frozen_at = shown[0]
        whole.network.wait_for_height(shown[0] + LAG_BLOCKS + 2)
        began = time.monotonic()

        def is_refused() -> bool:
            misled.pool.look()
            shown.append(misled.ledger.newest_block().number)
            return misled.pool.state().endpoints[asked].state == "refused"

        until(is_refused, within_s=30, what="the endpoint that stands still is refused")
        took_s = time.monotonic() - began
        left = misled.pool.state().endpoints[asked]
        assert "lags" in left.reason
        assert shown == sorted(shown), "what was shown as the newest never goes back"
        until(lambda: same_block(misled, honest), within_s=60, what="both have the same block")
        assert misled.digest() == honest.digest()
        endpoints[asked].frozen_at = None
        until(
            lambda: misled.pool.look().endpoints[asked].state == "healthy",
            within_s=30,
            what="it is used again when it has caught up",
        )
    report(
        fault="an endpoint that answers from an old block",
        did="a validator's answers held at one block while the chain went on",
        remark=f"refused as lagging {took_s:.1f} s after it was {LAG_BLOCKS} blocks behind; what was shown"
        " never went back; used again once it had caught up",
    )


def told_of(store: Store, place: int) -> EndpointBeat:
    """An endpoint in the worker's last sign of life."""
    with store.read() as work:
        beat = work.outbox.last_beat()
    assert beat is not None
    return beat.endpoints[place]


def test_a_worker_whose_endpoint_lies_does_everything_once(
    whole: Ground, tmp_path: Path, report: Report
) -> None:
    """Amounts are changed in logs and receipts alike, of whichever endpoint the worker asks first."""
    with behind_endpoints(whole, tmp_path) as (path, endpoints):
        settings = whole.settings.model_copy(update={"chain": SecretStr(str(path))})
        with running_worker(settings), whole.load() as load:
            until(lambda: whole.count_done(load.ids) >= 4, within_s=60, what="the load is under way")
            asked = max(range(len(endpoints)), key=lambda place: endpoints[place].asked)
            endpoints[asked].lie = with_other_amounts
            until(lambda: endpoints[asked].told > 0, within_s=60, what="the endpoint lies")
            done = whole.count_done(load.ids)
            went_on_s = until(
                lambda: whole.count_done(load.ids) >= done + 15, within_s=90, what="the load goes on"
            )
            whole.finish(load, within_s=90)
            until(
                lambda: told_of(whole.store, asked).quarantines > 0,
                within_s=30,
                what="the worker tells of the endpoint that lied",
            )
    effects = whole.effects(load)
    assert effects.are_exact, effects
    report(
        fault="an endpoint that lies to a worker",
        did="amounts changed in logs and receipts alike, under load",
        went_on_s=went_on_s,
        effects=effects,
        remark="the copy of the chain equals the contracts' views; the endpoint was left at its first lie",
    )
