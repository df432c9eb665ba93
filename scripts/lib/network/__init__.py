"""A consortium's validators on one machine: made, started, killed, cut off, admitted and removed.

`Network` is the whole of it; scripts/network is its command line, and the fault tests import it.
"""

from __future__ import annotations

from network.failures import NetworkError
from network.network import Network
from network.plan import DEFAULT_MEMBERS, Clock, Links, NetworkPlan
from network.state import ValidatorState

__all__ = ["DEFAULT_MEMBERS", "Clock", "Links", "Network", "NetworkError", "NetworkPlan", "ValidatorState"]
