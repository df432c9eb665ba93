"""One network of four validators with a ledger on it, for all fault tests; each leaves it whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest
from network import Links, Network, NetworkPlan
from network_ground import Effects, Ground, Report

from counterfoil.store.unit_of_work import open_sqlite
from ledger_support import make_bare_home, make_traded_home, settings_of
from outbox_support import make_service_home

INVOICES = 48
PLAN = NetworkPlan(
    chain_id=88_561,
    links=Links.NAMESPACES,
    block_period_ms=500,
    round_timeout_ms=1500,
    cache_mb=64,
)


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Needs the engine and root: without either it fails, so that nothing passes untested."""
    folder = tmp_path_factory.mktemp("validators")
    network = Network.create(folder / "network", PLAN)
    try:
        network.start()
        network.wait_for_height(1)
        with pytest.MonkeyPatch.context() as patched:
            # Homes are made as for the embedded chain, on this one.
            patched.setenv("COUNTERFOIL_CHAIN", str(network.descriptor))
            make_bare_home(folder / "bare")
            make_traded_home(folder / "bare", folder / "traded")
            make_service_home(folder / "traded", folder / "home", invoices=INVOICES)
            settings = settings_of(folder / "home")
        store = open_sqlite(settings.store_path)
        yield Ground(network, settings, store, invoices=INVOICES)
        store.close()
    finally:
        network.destroy()


@pytest.fixture
def whole(ground: Ground) -> Iterator[Ground]:
    """The network with all four validators, before the test and after it."""
    ground.heal()
    yield ground
    ground.heal()


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Keep what happened for the fault report, which scripts/bench/network_faults.py writes."""

    def keep(**row: object) -> None:
        effects = row.get("effects")
        counted = asdict(effects) if isinstance(effects, Effects) else {}
        plan = {"period_ms": PLAN.block_period_ms, "round_ms": PLAN.round_timeout_ms}
        record_property("fault", json.dumps({**row, "effects": counted, "plan": plan}))

    return keep
