"""A store that is older than its chain: its commands come again, and what took effect does so once."""

from __future__ import annotations

from sender_scene import Scene
from sqlalchemy import delete

from counterfoil.domain.commands import CommandState
from counterfoil.store.schema import chain_transactions, command_steps, commands
from outbox_support import result_of

REQUEST = b"organisation, idempotency key, operation, body"


def lose(scene: Scene, command_id: str) -> None:
    """As if the store were that of a backup from before the command."""
    with scene.store.begin() as work:
        connection = work.commands._connection
        connection.execute(delete(command_steps).where(command_steps.c.command_id == command_id))
        connection.execute(delete(commands).where(commands.c.command_id == command_id))
        connection.execute(delete(chain_transactions))


def test_a_repeated_request_whose_command_was_lost_is_not_done_again(scene: Scene) -> None:
    paying = scene.pay(700, made_of=REQUEST)
    scene.turns()
    first = result_of(scene.store, paying)
    assert scene.paid() == [700]

    lose(scene, paying)
    repeated = scene.pay(700, made_of=REQUEST)
    scene.turns()
    assert repeated != paying
    assert scene.state(repeated) is CommandState.DONE
    assert result_of(scene.store, repeated)["tx_hash"] == first["tx_hash"]
    assert scene.paid() == [700]


def test_another_request_for_the_same_is_done(scene: Scene) -> None:
    first = scene.pay(700, made_of=REQUEST)
    scene.turns()
    lose(scene, first)
    other = scene.pay(700, made_of=REQUEST + b", another key")
    scene.turns()
    assert scene.state(other) is CommandState.DONE
    assert scene.paid() == [700, 700]
