"""Failures of senders that others had, each against a node that misbehaves in just that way.

The references name the project and the report. Nothing here waits: the clock is the test's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fake_node import (
    accepts_then_silent,
    answers,
    first_answer_twice,
    once,
    one_answer_short,
    only,
    refuses,
    reversed_answers,
    silent,
    times,
    without_logs,
)
from sender_scene import COUNT, RECEIPT, SEND, Scene

from counterfoil.chain.relay.relay import InstructionRelay
from counterfoil.domain.commands import CommandState, StepState
from counterfoil.ports.engine import ChainError
from counterfoil.ports.outbox import TransactionState
from counterfoil.usecases.outbox.fault_points import (
    BATCH_STORED,
    BROADCAST_DONE,
    PREPARE_STORED,
    no_fault,
)
from outbox_support import (
    problem_of,
    result_of,
)

# -- crashes --


def test_a_crash_between_broadcast_and_persist_does_not_pay_twice(scene: Scene) -> None:
    """elizaOS/eliza#10588: the transfer was sent, the record was not, and the retry sent another."""
    paying = scene.pay(700)
    scene.crash_at(BROADCAST_DONE)
    before = scene.sent()
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]
    # Whatever was sent again is the very same transaction.
    assert set(scene.sent()) == set(before)
    assert len(scene.transactions()) == 1


def test_the_bytes_that_were_stored_are_the_bytes_that_are_sent_after_a_crash(scene: Scene) -> None:
    paying = scene.pay(700)
    scene.crash_at(BATCH_STORED)
    assert scene.sent() == []
    (kept,) = scene.transactions()
    scene.turns()
    assert scene.sent() == ["0x" + kept.raw.hex()]
    assert result_of(scene.store, paying)["tx_hash"] == kept.tx_hash


def test_what_was_kept_under_an_idempotency_key_is_sent_after_a_crash(scene: Scene) -> None:
    """hyperledger/firefly#1219: the request was kept and answered, but its operation was never sent."""
    paying = scene.pay(700)
    scene.crash_at(PREPARE_STORED)
    assert (scene.state(paying), scene.sent()) == (CommandState.READY, [])
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


# -- refusals --


def test_a_revert_is_a_final_state_with_the_contracts_own_reason(scene: Scene) -> None:
    """hyperledger/firefly#1435: an operation whose transaction reverted stayed 'initialising' for ever."""
    scene.turns(1)
    first, second = scene.pay(600_000), scene.pay(600_001)
    scene.turns()
    assert scene.state(first) is CommandState.DONE
    assert scene.state(second) is CommandState.REFUSED
    problem = problem_of(scene.store, second)
    assert (problem["code"], problem["facts"]["needed_minor"]) == ("CashInsufficient", 600_001)
    assert scene.paid() == [600_000]


def test_one_bad_instruction_does_not_hold_the_others(scene: Scene) -> None:
    scene.pay(1)
    scene.turns()
    given = [scene.pay(minor) for minor in (10, 2_000_000, 30)]
    scene.turns()
    assert [scene.state(each) for each in given] == [
        CommandState.DONE,
        CommandState.REFUSED,
        CommandState.DONE,
    ]
    assert scene.paid() == [1, 10, 30]
    # The three went in one transaction; the refused one is spent and comes back no more.
    assert len(scene.transactions()) == 2
    with scene.store.read() as work:
        (step,) = work.commands.steps_of([given[1]])
    assert step.state is StepState.SPENT


def test_an_instruction_that_would_be_refused_costs_nothing(scene: Scene) -> None:
    scene.restart(relay=InstructionRelay(scene.node.web3, scene.worker.ledger.gateway, tries_all=True))
    scene.pay(1)
    scene.turns()
    sent = len(scene.sent())
    too_much = scene.pay(5_000_000)
    scene.turns()
    assert problem_of(scene.store, too_much)["code"] == "CashInsufficient"
    assert len(scene.sent()) == sent
    with scene.store.read() as work:
        (step,) = work.commands.steps_of([too_much])
    assert (step.state, step.tx_id) == (StepState.VOID, None)


def test_an_answer_that_the_node_repeats_for_ever_is_not_asked_for_ever(scene: Scene) -> None:
    """hyperledger/firefly#1594: a 409, 'already there', was retried without end."""
    paying = scene.pay(700)

    def already(_pass_on: Callable[[], Any]) -> Any:
        _pass_on()
        return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "already known"}}

    scene.node.fault = only(SEND, already)
    scene.turns(20)
    assert scene.state(paying) is CommandState.DONE
    assert len(scene.sent()) == 1


# -- nonces --


def test_nonce_too_low_of_a_foreign_transaction_does_not_pause_everything(scene: Scene) -> None:
    """OpenZeppelin/openzeppelin-relayer#681: taken for a passing trouble, it stopped the whole relayer."""
    paying = scene.pay(700)

    def foreign(point: str) -> None:
        if point == BATCH_STORED:
            scene.at = no_fault
            scene.worker.ledger.gateway.send("Instructions", "revokeNonce", [4711], scene.desk.lanes[0])

    scene.turns(1)
    scene.restart()
    other = scene.pay(800)
    scene.at = foreign
    scene.turns(3)
    assert "which transaction has its nonce" in scene.waits_for(other)
    scene.turns(20, apart=timedelta(seconds=1))
    assert [scene.state(each) for each in (paying, other)] == [CommandState.DONE] * 2
    assert scene.paid() == [700, 800]
    assert [each.state for each in scene.transactions()].count(TransactionState.REPLACED) == 1


def test_nonce_too_low_for_our_own_bytes_is_success(scene: Scene) -> None:
    """The node took the bytes, lost its answer, and refuses the second sending."""
    paying = scene.pay(700)
    scene.node.fault = only(SEND, times(3, _accepted_then("nonce too low: next nonce 1, tx nonce 0")))
    scene.turns(20, apart=timedelta(seconds=1))
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]
    assert [each.state for each in scene.transactions()] == [TransactionState.FINAL]


def test_a_receipt_that_is_late_is_not_taken_for_a_foreign_transaction(scene: Scene) -> None:
    """Nonce used, no receipt yet: giving the place up at once would send the payment a second time."""
    paying = scene.pay(700)

    def blind(method: str, _params: Any, pass_on: Callable[[], Any]) -> Any:
        if method in (RECEIPT, "eth_getTransactionByHash"):
            return {"jsonrpc": "2.0", "id": 1, "result": None}
        return pass_on()

    scene.node.fault = blind
    scene.turns(8, apart=timedelta(milliseconds=500))
    assert scene.state(paying) is CommandState.SENT
    # Even where the node stays blind beyond our patience, the contract takes the instruction once only.
    scene.turns(20, apart=timedelta(seconds=5))
    scene.node.heal()
    scene.turns(20, apart=timedelta(seconds=5))
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


@pytest.mark.parametrize(
    "answer", [refuses("internal error", -32603), answers(None), answers({}), answers("0xzz"), silent]
)
def test_an_error_is_never_taken_for_nonce_zero(scene: Scene, answer: Any) -> None:
    """kaleido-io/ethconnect#200: an error of eth_getTransactionCount became nonce 0."""
    earlier = scene.pay(1)
    scene.turns()
    scene.restart()
    paying = scene.pay(700)
    scene.node.fault = only(COUNT, answer)
    for _ in range(3):
        with pytest.raises(ChainError):
            scene.loop.turn()
    assert len(scene.sent()) == 1
    scene.node.heal()
    scene.turns()
    assert [scene.state(each) for each in (earlier, paying)] == [CommandState.DONE] * 2
    assert [each.nonce for each in scene.transactions()] == [0, 1]


def test_nonces_come_from_the_store_and_not_from_a_node_that_forgets(scene: Scene) -> None:
    """A node that restarts counts pending transactions too low; a nonce of ours would be given out twice."""
    scene.pay(1)
    scene.turns()
    scene.node.fault = only(COUNT, answers("0x0"))
    scene.restart()
    paying = scene.pay(700)
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert [each.nonce for each in scene.transactions()] == [0, 1]


# -- answers that are lost, late, doubled --


def test_an_answer_lost_after_acceptance_is_followed_up_by_hash(scene: Scene) -> None:
    """The request timed out although the node took the bytes: they must not become another transaction."""
    paying = scene.pay(700)
    scene.node.fault = only(SEND, once(accepts_then_silent))
    scene.turns(4)
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]
    assert len(scene.transactions()) == 1


def test_a_node_out_of_reach_is_asked_ever_more_seldom_and_the_command_says_why(scene: Scene) -> None:
    paying = scene.pay(700)
    scene.node.fault = only(SEND, silent)
    scene.turns(40)
    assert len(scene.sent()) == 1
    assert "read timed out" in scene.waits_for(paying)
    scene.turns(60, apart=timedelta(seconds=1))
    assert 4 <= len(scene.sent()) <= 12
    scene.node.heal()
    scene.turns(4, apart=timedelta(minutes=1))
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("transaction underpriced", "no price"),
        ("txpool is full", "room at the node"),
        ("nonce too high: next nonce 0", "earlier transactions"),
        ("the moon is in the wrong house", "whoever runs the node"),
    ],
)
def test_each_refusal_of_a_node_is_told_and_tried_again_later(scene: Scene, message: str, told: str) -> None:
    paying = scene.pay(700)
    scene.node.fault = only(SEND, refuses(message))
    scene.turns(30)
    assert len(scene.sent()) == 1
    assert scene.state(paying) is CommandState.SENT
    assert told in scene.waits_for(paying)
    later = scene.pay(800)
    scene.turns(3)
    # Nothing is piled up behind a transaction that no node has taken.
    assert (scene.state(later), len(scene.transactions())) == (CommandState.READY, 1)
    scene.node.heal()
    scene.turns(6, apart=timedelta(minutes=1))
    assert [scene.state(each) for each in (paying, later)] == [CommandState.DONE] * 2
    assert scene.paid() == [700, 800]


def test_receipts_that_come_late_are_waited_for(scene: Scene) -> None:
    paying = scene.pay(700)
    scene.node.fault = only(RECEIPT, times(6, answers(None)))
    scene.turns(4)
    assert scene.state(paying) is CommandState.SENT
    scene.turns(6)
    assert scene.state(paying) is CommandState.DONE
    assert len(scene.transactions()) == 1


def test_a_receipt_without_its_logs_settles_nothing(scene: Scene) -> None:
    """filecoin-project/lotus#13758: receipts were briefly shown without logs."""
    paying = scene.pay(700)
    scene.node.fault = only(RECEIPT, times(5, without_logs))
    scene.turns(3)
    assert scene.state(paying) is CommandState.SENT
    assert "all events" in scene.waits_for(paying)
    scene.turns(6)
    assert scene.state(paying) is CommandState.DONE
    assert len(result_of(scene.store, paying)["events"]) == 1


@pytest.mark.parametrize("fault", [reversed_answers, first_answer_twice, one_answer_short])
def test_answers_of_a_batch_that_are_doubled_or_out_of_order_mix_nothing_up(scene: Scene, fault: Any) -> None:
    scene.restart(relay=InstructionRelay(scene.node.web3, scene.worker.ledger.gateway, tries_all=True))
    scene.pay(1)
    scene.turns()
    good, bad = scene.pay(10), scene.pay(3_000_000)
    scene.node.batch_fault = fault
    for _ in range(3):
        try:
            scene.loop.turn()
        except ChainError as told:
            assert told.code == "ChainUnavailable"  # noqa: PT017 - either outcome is right
    scene.node.heal()
    scene.turns()
    assert (scene.state(good), scene.state(bad)) == (CommandState.DONE, CommandState.REFUSED)
    assert scene.paid() == [1, 10]


def _accepted_then(message: str) -> Any:
    def change(pass_on: Callable[[], Any]) -> Any:
        pass_on()
        return {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": message}}

    return change
