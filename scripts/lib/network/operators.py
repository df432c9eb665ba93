"""What operators do to their own running validators: vote, and connect them to others.

Each call goes through the validator's socket, as each member's operator would on its own machine.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from network import engine
from network.failures import NetworkError
from network.keys import ValidatorKey
from network.members import Member, admitted
from network.plan import check_members
from network.rpc import RpcRefusedError, RpcUnavailableError, over_http, over_socket

if TYPE_CHECKING:
    from network.network import Network

ADMIT = "governance.addvalidator"
REMOVE = "governance.removevalidator"
_POLL_S = 0.1


class Operators:
    """The members' operators, acting together."""

    def __init__(self, network: Network) -> None:
        """Act on this network's validators."""
        self._network = network

    def tell(self, index: int, method: str, *params: Any) -> Any:
        """One call to a validator's socket. Raises RpcUnavailableError or RpcRefusedError."""
        return over_socket(self._network.folder(index).socket, method, *params)

    def council(self, index: int) -> set[str]:
        """The addresses that belong to consensus as this validator sees it, in lower case."""
        answer = over_http(self._network.endpoint(index), "kaia_getCouncil", "latest")
        return {str(address).lower() for address in answer}

    def _running(self) -> list[int]:
        return [index for index in self._network.validators if self._network.pid(index) is not None]

    def _voters(self, except_index: int | None = None) -> list[int]:
        voters = [index for index in self._running() if index != except_index]
        needed = len(self._network.validators) // 2 + 1
        if len(voters) < needed:
            raise NetworkError(
                f"{len(voters)} validators can vote and {needed} of {len(self._network.validators)} must",
                "Start the others first",
            )
        return voters

    def vote(self, question: str, address: str, *, except_index: int | None = None, within_s: float) -> None:
        """Have every running validator's operator vote, and wait until the council has changed on all of
        them.

        More than half of the validators must vote. A vote travels in a block that its validator proposes,
        so that a decision takes about as many blocks as there are validators.
        """
        voters = self._voters(except_index)
        for index in voters:
            self.tell(index, "governance_vote", question, address)
        give_up_at = time.monotonic() + within_s
        while not all((address.lower() in self.council(index)) == (question == ADMIT) for index in voters):
            if time.monotonic() > give_up_at:
                raise NetworkError(
                    f"The vote {question} on {address} was not decided within {within_s:.0f} s", "Try again"
                )
            time.sleep(_POLL_S)

    def admit(self, name: str, *, within_s: float) -> int:
        """See Network.admit."""
        network = self._network
        members = network.members
        check_members([name])
        if name in {member.name for member in admitted(members)}:
            raise NetworkError(f"There is a member {name} already", "Choose another name")
        self._voters()
        index = max(member.index for member in members) + 1
        folder = network.folder(index)
        # After a vote that was not decided in time the same key is tried again: it may yet be voted in.
        known = folder.key.exists()
        key = ValidatorKey.read(folder.key) if known else ValidatorKey.new()
        newcomer = Member(index=index, name=name, address=key.address, node_id=key.node_id)
        network.links.lay([index])
        if not known:
            network.make_folder(newcomer, key, engine.program(network.plan.clock))
        if newcomer.address not in self.council(self._running()[0]):
            self.vote(ADMIT, newcomer.address, within_s=within_s)
        network.save_members([*members, newcomer])
        network.start([index])
        self.reconnect()
        network.wait_for_blocks(1, [index, *self._running()], within_s=within_s)
        return index

    def remove(self, index: int, *, within_s: float) -> None:
        """See Network.remove."""
        network = self._network
        members = network.members
        leaver = next((member for member in admitted(members) if member.index == index), None)
        if leaver is None:
            raise NetworkError(
                f"Validator {index} does not belong to consensus",
                f"Name one of {', '.join(map(str, network.validators))}",
            )
        if len(network.validators) == 1:
            raise NetworkError("The chain would stop without its last validator", "Admit another one first")
        self.vote(REMOVE, leaver.address, except_index=index, within_s=within_s)
        url = network.peer_url(leaver)
        network.save_members([member.expelled() if member.index == index else member for member in members])
        for other in self._running():
            self.tell(other, "admin_removePeer", url)

    def reconnect(self) -> None:
        """Have running validators dial each other now instead of at their next try, which can be half a
        minute away."""
        network = self._network
        for index in self._running():
            for member in admitted(network.members):
                if member.index == index:
                    continue
                try:
                    self.tell(index, "admin_addPeer", network.peer_url(member))
                except (RpcUnavailableError, RpcRefusedError):
                    # It dials by itself later: this only saves time.
                    continue
