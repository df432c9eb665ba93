"""Several lanes: organisations go beside each other, each in its own order, none held up by another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_account import Account
from fake_node import answers, only, refuses
from sender_scene import RECEIPT, SEND, Scene

from counterfoil.chain.relay.relay import InstructionRelay
from counterfoil.domain.commands import CommandState
from counterfoil.settings import Settings
from counterfoil.usecases.outbox.fault_points import BATCH_STORED, BROADCAST_DONE
from ledger_support import BANK, HALDEN
from outbox_support import problem_of

LANES = tuple(Account.from_key(bytes([place]) * 32) for place in (0x41, 0x42, 0x43))


def lanes_of(scene: Scene) -> dict[str, list[int]]:
    """Nonces by lane, in the order of their signing."""
    found: dict[str, list[int]] = {}
    for transaction in sorted(scene.transactions(), key=lambda each: each.tx_id):
        found.setdefault(transaction.lane, []).append(transaction.nonce)
    return found


def lane_of(scene: Scene, command_id: str) -> str | None:
    """The lane on which a command is, or was last."""
    with scene.store.read() as work:
        (step,) = work.commands.steps_of([command_id])
        transaction = None if step.tx_id is None else work.outbox.transaction(step.tx_id)
    return None if transaction is None else transaction.lane


def test_organisations_go_beside_each_other_and_each_keeps_its_order(scene: Scene) -> None:
    scene.restart(lanes=LANES, in_flight=3, most_in_batch=1)
    scene.node.fault = only(RECEIPT, answers(None))
    of_halden = [scene.pay(minor) for minor in (1, 2, 3)]
    of_bank = [scene.pay(minor, payer=BANK.name) for minor in (10, 20, 30)]
    scene.turns(8)
    (halden,) = {lane_of(scene, each) for each in of_halden}
    (bank,) = {lane_of(scene, each) for each in of_bank}
    assert halden != bank
    assert lanes_of(scene) == {halden: [0, 1, 2], bank: [0, 1, 2]}
    scene.node.heal()
    scene.turns()
    assert {scene.state(each) for each in (*of_halden, *of_bank)} == {CommandState.DONE}
    paid = scene.paid()
    assert [each for each in paid if each < 10] == [1, 2, 3]
    assert [each for each in paid if each >= 10] == [10, 20, 30]


def test_a_lane_that_no_node_serves_holds_its_own_organisations_only(scene: Scene) -> None:
    scene.restart(lanes=LANES, in_flight=2)
    first = scene.pay(1)

    def deaf(method: str, params: Any, pass_on: Callable[[], Any]) -> Any:
        if method == SEND and Account.recover_transaction(params[0]) == LANES[0].address:
            return refuses("txpool is full")(pass_on)
        return pass_on()

    scene.node.fault = deaf
    scene.turns(2)
    assert lane_of(scene, first) == LANES[0].address
    second, other = scene.pay(2), scene.pay(10, payer=BANK.name)
    scene.turns(6)
    assert [scene.state(each) for each in (first, second, other)] == [
        CommandState.SENT,
        # Behind the first one of the same organisation, although other lanes are free.
        CommandState.READY,
        CommandState.DONE,
    ]
    scene.node.heal()
    scene.turns(10, apart=scene.desk.resend_after * 8)
    assert [scene.state(each) for each in (first, second)] == [CommandState.DONE] * 2
    assert scene.paid() == [10, 1, 2]


def test_a_refusal_waits_for_what_was_accepted_earlier_and_for_nothing_else(scene: Scene) -> None:
    """The payment is too large until an earlier one, on another lane, has brought the money."""
    relay = InstructionRelay(scene.node.web3, scene.worker.ledger.gateway, tries_all=True)
    scene.restart(lanes=LANES, in_flight=2, relay=relay)
    scene.node.fault = only(RECEIPT, answers(None))
    earlier = scene.pay(5, payer=BANK.name)
    scene.turns(2)
    too_large = scene.pay(5_000_000)
    scene.turns(3)
    assert [scene.state(each) for each in (earlier, too_large)] == [CommandState.SENT, CommandState.READY]
    later = scene.pay(6, payer=BANK.name)
    scene.turns(3)
    assert scene.state(later) is CommandState.SENT
    scene.node.heal()
    scene.turns(1)
    # What was accepted later may still be on its way: it has no part in the refusal.
    scene.turns(4)
    assert problem_of(scene.store, too_large)["code"] == "CashInsufficient"
    assert [scene.state(each) for each in (earlier, later)] == [CommandState.DONE] * 2


def test_a_crash_with_several_lanes_on_their_way_loses_and_doubles_nothing(scene: Scene) -> None:
    scene.restart(lanes=LANES, in_flight=2, most_in_batch=1)
    given = [scene.pay(minor, payer=payer) for minor, payer in ((1, HALDEN.name), (10, BANK.name))]
    for point in (BATCH_STORED, BROADCAST_DONE):
        scene.crash_at(point)
        scene.restart(lanes=LANES, in_flight=2, most_in_batch=1)
        given += [scene.pay(100), scene.pay(1000, payer=BANK.name)]
    scene.turns(20)
    assert {scene.state(each) for each in given} == {CommandState.DONE}
    assert sorted(scene.paid()) == [1, 10, 100, 100, 1000, 1000]
    for nonces in lanes_of(scene).values():
        assert nonces == list(range(len(nonces)))


def test_a_network_has_four_lanes_and_the_embedded_chain_one(monkeypatch: Any) -> None:
    monkeypatch.delenv("COUNTERFOIL_CHAIN", raising=False)
    assert Settings().lane_count == 1
    assert Settings(relay_lanes=3).lane_count == 3
    monkeypatch.setenv("COUNTERFOIL_CHAIN", "http://127.0.0.1:8551")
    assert Settings().lane_count == 4
