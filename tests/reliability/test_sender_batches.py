"""Batches, and instructions that others relay, revoke or take back, before a misbehaving node."""

from __future__ import annotations

from datetime import timedelta

from fake_node import (
    answers,
    once,
    only,
    refuses,
    times,
)
from sender_scene import RECEIPT, SEND, Scene

from counterfoil.chain.relay.instructions import terms_of
from counterfoil.domain.commands import CommandState
from counterfoil.ports.outbox import TransactionState
from outbox_support import (
    KEEPER,
    OWN_KEY,
    problem_of,
    result_of,
    sign_waiting,
)

# -- size and gas --


def test_a_batch_that_no_block_has_room_for_is_divided(scene: Scene) -> None:
    given = [scene.pay(minor) for minor in range(1, 9)]
    scene.node.fault = only(SEND, times(2, refuses("exceeds block gas limit")))
    scene.turns(20)
    assert {scene.state(each) for each in given} == {CommandState.DONE}
    assert sorted(scene.paid()) == list(range(1, 9))
    states = [each.state for each in scene.transactions()]
    assert states.count(TransactionState.REPLACED) == 2
    nonces = [each.nonce for each in scene.transactions() if each.state is TransactionState.FINAL]
    assert nonces == list(range(len(nonces)))


def test_a_single_instruction_that_no_block_has_room_for_is_refused_and_holds_nobody(scene: Scene) -> None:
    paying = scene.pay(700)
    scene.node.fault = only(SEND, once(refuses("exceeds block gas limit")))
    scene.turns()
    assert problem_of(scene.store, paying)["code"] == "InstructionTooLarge"
    later = scene.pay(800)
    scene.turns()
    assert scene.state(later) is CommandState.DONE
    assert scene.paid() == [800]


def test_a_batch_that_fails_whole_for_want_of_gas_is_sent_again_with_more(scene: Scene) -> None:
    """The node estimates far too little: the contract turns the whole batch back rather than spend it."""
    scene.node.fault = only("eth_estimateGas", once(answers("0x1")))
    given = [scene.pay(minor) for minor in (10, 20)]
    scene.turns(30)
    assert [scene.state(each) for each in given] == [CommandState.DONE] * 2
    assert scene.paid() == [10, 20]


# -- others --


def test_an_instruction_that_somebody_else_relayed_is_settled_from_there(scene: Scene) -> None:
    paying = scene.pay(700, payer=KEEPER.name)
    scene.turns(3)
    sign_waiting(scene.store, scene.settings)
    with scene.store.read() as work:
        (step,) = work.commands.steps_of([paying])
    terms = terms_of(step)
    relayed = scene.worker.ledger.gateway.send(
        "Instructions",
        "execute",
        [
            {
                "type_hash": terms.type_hash,
                "args": terms.encoded_args,
                "nonce": terms.nonce,
                "deadline": terms.deadline_s,
                "key": terms.key,
                "gas_limit": 0,
                "signature": step.signature,
            }
        ],
        OWN_KEY,
    )
    scene.turns()
    assert scene.paid() == [700]
    # `execute` by a stranger leaves the same marker; the outcome is that of the stranger's transaction.
    assert result_of(scene.store, paying)["tx_hash"] == relayed.tx_hash


def test_an_instruction_whose_key_revoked_it_is_refused(scene: Scene) -> None:
    paying = scene.pay(700, payer=KEEPER.name)
    scene.turns(3)
    sign_waiting(scene.store, scene.settings)
    with scene.store.read() as work:
        (step,) = work.commands.steps_of([paying])
    scene.worker.ledger.gateway.send("Instructions", "revokeNonce", [step.nonce], OWN_KEY)
    scene.turns()
    assert problem_of(scene.store, paying)["code"] == "NonceSpent"
    assert scene.paid() == []


def test_a_transaction_whose_block_is_taken_back_is_sent_again(scene: Scene) -> None:
    scene.restart(confirmations=2)
    paying = scene.pay(700)
    scene.turns(3)
    assert scene.transactions()[0].state is TransactionState.MINED
    assert "blocks on top" in scene.waits_for(paying)
    scene.node.fault = only(RECEIPT, times(1, answers(None)))
    scene.turns(1, apart=timedelta(minutes=1))
    assert scene.transactions()[0].state is TransactionState.SENT
    assert len(set(scene.sent())) == 1
    for _ in range(2):
        scene.worker.ledger.gateway.send("Instructions", "revokeNonce", [_], OWN_KEY)
    scene.turns()
    assert scene.state(paying) is CommandState.DONE
    assert scene.paid() == [700]


def test_what_is_under_way_does_not_expire(scene: Scene) -> None:
    paying = scene.pay(700)
    scene.node.fault = only(RECEIPT, answers(None))
    scene.turns(3)
    scene.now += timedelta(days=30)
    assert scene.worker.expire() is False
    assert scene.state(paying) is CommandState.SENT
