"""The network that a demonstration runs on, where it is not given a chain of its own."""

from __future__ import annotations

from counterfoil.chain.endpoints.network import Network, network_of
from counterfoil.domain.errors import DomainError
from counterfoil.entrypoints.demo.refusals import CLOCK_FIXED


def movable_network(text: str) -> Network:
    """The network of a network.json. Raises DomainError NetworkClockFixed, and what `network_of` raises."""
    network = network_of(text)
    if network.clock == "wall" or network.path is None:
        raise DomainError(CLOCK_FIXED, network=network.name or "this network")
    return network
