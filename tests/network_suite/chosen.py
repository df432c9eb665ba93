"""Which engine this run of the tests was asked for, set once before any test module is loaded."""

from __future__ import annotations

EMBEDDED, NETWORK = "embedded", "network"

_chosen = EMBEDDED


def choose(engine: str) -> None:
    """Take this engine for the whole run."""
    global _chosen  # noqa: PLW0603 - the option is the run's own, and test modules cannot be handed it
    _chosen = engine


def on_network() -> bool:
    """Whether tests run on a network of validators."""
    return _chosen == NETWORK
