"""pytest --engine network: the tests that know no engine, on real validators."""

from __future__ import annotations

import os

import pytest

from network_suite.chosen import EMBEDDED, NETWORK, choose, on_network

VARIABLE = "COUNTERFOIL_TEST_ENGINE"
NEUTRAL = "engine_neutral"
EMBEDDED_ONLY = "embedded_only"


def pytest_addoption(parser: pytest.Parser) -> None:
    """--engine."""
    parser.addoption(
        "--engine",
        choices=(EMBEDDED, NETWORK),
        default=os.environ.get(VARIABLE, EMBEDDED),
        help=f"Engine under the tests marked {NEUTRAL}; on a network no others run. Also {VARIABLE}.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Say it to the tests before any of them is loaded."""
    config.addinivalue_line("markers", f"{NEUTRAL}: runs on every engine; --engine network runs these alone")
    config.addinivalue_line(
        "markers",
        "own_network: starts again from its beginning, which on a network takes a network of its own",
    )
    config.addinivalue_line(
        "markers", f"{EMBEDDED_ONLY}: in a neutral module, about the embedded chain alone"
    )
    choose(config.getoption("--engine"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a network, leave the other tests out, and say so as pytest does."""
    if not on_network():
        return
    kept = [
        item
        for item in items
        if item.get_closest_marker(NEUTRAL) and not item.get_closest_marker(EMBEDDED_ONLY)
    ]
    others = [item for item in items if item not in kept]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """On a network, run the tests there, many at a time."""
    if not on_network() or session.config.option.collectonly or session.testsfailed:
        return None
    # It loads the network's tools, which no other run needs.
    from network_suite.forked_runner import ForkedRunner  # noqa: PLC0415 - the line above says why

    ForkedRunner(session).run()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)
    return True
