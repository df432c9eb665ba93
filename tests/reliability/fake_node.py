"""A node that serves the embedded chain's true answers, and misbehaves in just the way a test scripts.

    node = FakeNode(chain)
    node.fault = only("eth_getLogs", once(left_out(0)))
    ChainGateway(node.web3, deployment)

A fault sees a request's method, its parameters and the way on, and gives the answer, or raises what a
connection raises. A batch fault sees the requests and the answers; a batch has had its effect before that.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from web3 import Web3
from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint

from counterfoil.chain.embedded import EmbeddedChain

Answer = dict[str, Any]
PassOn = Callable[[], Answer]
Fault = Callable[[str, Any, PassOn], Answer]
Change = Callable[[PassOn], Answer]
BatchFault = Callable[[list[tuple[str, Any]], list[Answer]], Any]


def faultless(_method: str, _params: Any, pass_on: PassOn) -> Answer:
    """The true answer."""
    return pass_on()


def in_order(_requests: list[tuple[str, Any]], answers: list[Answer]) -> list[Answer]:
    """The true answers."""
    return answers


class FakeNode(JSONBaseProvider):
    """Passes requests on to an embedded chain, through one fault.

    asked: every request in order, those inside batches too; batches: how many requests each batch had.
    """

    def __init__(self, chain: EmbeddedChain) -> None:
        super().__init__()
        self._chain = chain
        self.fault: Fault = faultless
        self.batch_fault: BatchFault = in_order
        self.asked: list[tuple[str, Any]] = []
        self.batches: list[int] = []
        self.web3 = Web3(self)

    def switch_to(self, chain: EmbeddedChain) -> None:
        """From now on another chain is the longest: what a reorganisation looks like from outside."""
        self._chain = chain

    def heal(self) -> None:
        """Misbehave no more."""
        self.fault, self.batch_fault = faultless, in_order

    def methods(self) -> set[str]:
        """Everything that was ever asked for."""
        return {method for method, _ in self.asked}

    def is_connected(self, show_traceback: bool = False) -> bool:
        """Always: how it fails is for the fault to say."""
        return True

    def make_request(self, method: RPCEndpoint, params: Any) -> Any:
        """One request through the fault."""
        self.asked.append((method, params))
        return self.fault(method, params, lambda: self._true(method, params))

    def make_batch_request(self, requests: list[tuple[RPCEndpoint, Any]]) -> Any:
        """Each request through the fault, then all answers through the batch fault.

        Transactions in a batch share a block, as on the embedded chain itself, unless there is a fault: then
        each request is passed on by itself, so that one that is refused has no effect.
        """
        self.asked.extend(requests)
        self.batches.append(len(requests))
        if self.fault is faultless:
            true = self._chain.web3.provider.make_batch_request(requests)  # type: ignore[attr-defined] # of web3's two kinds of providers the chain's is the one with batches
            found = [copy.deepcopy(dict(each)) for each in true]
        else:
            found = [
                {**self.fault(method, params, partial(self._true, method, params)), "id": place}
                for place, (method, params) in enumerate(requests)
            ]
        return self.batch_fault(list(requests), found)

    def _true(self, method: RPCEndpoint, params: Any) -> Answer:
        return copy.deepcopy(dict(self._chain.web3.provider.make_request(method, params)))  # type: ignore[arg-type] # answers are typed dictionaries


# -- where and how often --


def only(wanted: str, change: Change) -> Fault:
    """The change in one method, everywhere else the truth."""
    return lambda method, _params, pass_on: change(pass_on) if method == wanted else pass_on()


def times(count: int, change: Change) -> Change:
    """The change the first `count` times, then the truth."""
    left = [count]

    def changed(pass_on: PassOn) -> Answer:
        if left[0] == 0:
            return pass_on()
        left[0] -= 1
        return change(pass_on)

    return changed


def once(change: Change) -> Change:
    """The change once, then the truth."""
    return times(1, change)


def after(count: int, change: Change) -> Change:
    """The truth `count` times, then the change."""
    left = [count]

    def changed(pass_on: PassOn) -> Answer:
        if left[0] == 0:
            return change(pass_on)
        left[0] -= 1
        return pass_on()

    return changed


# -- how --


def answers(result: Any) -> Change:
    """Another result."""
    return lambda pass_on: {**pass_on(), "result": result}


def refuses(message: str, code: int = -32000) -> Change:
    """The node's own error, without doing what it was asked."""
    return lambda _pass_on: {"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}


def accepts_then_refuses(message: str, code: int = -32000) -> Change:
    """Does what it was asked, and answers with an error."""

    def change(pass_on: PassOn) -> Answer:
        done = pass_on()
        return {"jsonrpc": "2.0", "id": done["id"], "error": {"code": code, "message": message}}

    return change


def silent(_pass_on: PassOn) -> Answer:
    """No answer, and nothing done."""
    raise TimeoutError("read timed out")


def accepts_then_silent(pass_on: PassOn) -> Answer:
    """Does what it was asked, and its answer gets lost."""
    pass_on()
    raise TimeoutError("read timed out")


def left_out(*places: int) -> Change:
    """Entries missing from a list."""

    def change(pass_on: PassOn) -> Answer:
        true = pass_on()
        kept = [entry for place, entry in enumerate(true["result"]) if place not in places]
        return {**true, "result": kept}

    return change


def without_logs(pass_on: PassOn) -> Answer:
    """Receipts, one or a list, that say nothing of their logs."""
    true = pass_on()
    found = true["result"]
    emptied = [{**receipt, "logs": []} for receipt in (found if isinstance(found, list) else [found])]
    return {**true, "result": emptied if isinstance(found, list) else emptied[0]}


# -- batches --


def reversed_answers(_requests: Sequence[tuple[str, Any]], found: list[Answer]) -> list[Answer]:
    """Each answer once, under its own id, the last one first."""
    return list(reversed(found))


def first_answer_twice(_requests: Sequence[tuple[str, Any]], found: list[Answer]) -> list[Answer]:
    """As many answers as requests, but the first one stands in the second one's place too."""
    return [found[0], *found[:1], *found[2:]] if len(found) > 1 else found


def one_answer_short(_requests: Sequence[tuple[str, Any]], found: list[Answer]) -> list[Answer]:
    """The last answer is missing."""
    return found[:-1]
