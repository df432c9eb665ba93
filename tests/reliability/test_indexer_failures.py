"""Ways in which indexers have failed elsewhere, each as a test on a node that misbehaves in just that way."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from fake_node import (
    Answer,
    PassOn,
    after,
    answers,
    first_answer_twice,
    left_out,
    once,
    one_answer_short,
    only,
    refuses,
    reversed_answers,
    silent,
    without_logs,
)
from index_support import (
    SELLER,
    Indexing,
    make_ledger_chain,
    open_copy,
    propose,
    register_late,
    without_epoch,
)

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.chain.event_codec import decode_event
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import ChainError, ChainErrorKind
from counterfoil.store.unit_of_work import Store, open_sqlite
from counterfoil.usecases.read_model import FollowingReadModel


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Deployment]:
    directory = tmp_path_factory.mktemp("indexing") / "chain"
    return directory, make_ledger_chain(directory)


@pytest.fixture
def chain(made: tuple[Path, Deployment], tmp_path: Path) -> Iterator[EmbeddedChain]:
    with open_copy(made[0], tmp_path / "chain") as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_sqlite(tmp_path / "store.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def indexing(chain: EmbeddedChain, made: tuple[Path, Deployment], store: Store) -> Indexing:
    return Indexing(chain, made[1], store)


@pytest.fixture
def expected(chain: EmbeddedChain, made: tuple[Path, Deployment], tmp_path: Path) -> Callable[[], Any]:
    """The rows that an indexer on a faultless node writes for the chain as it is now."""
    count = iter(range(100))

    def index() -> Any:
        other = open_sqlite(tmp_path / f"faultless-{next(count)}.sqlite")
        try:
            faultless = Indexing(chain, made[1], other)
            faultless.read_model.sync()
            return faultless.rows()
        finally:
            other.close()

    return index


def sync_fails(indexing: Indexing) -> ChainError:
    with pytest.raises(ChainError) as caught:
        indexing.read_model.sync()
    assert caught.value.kind is ChainErrorKind.UNAVAILABLE
    return caught.value


# -- incomplete answers --


@pytest.mark.parametrize("place", [0, 1])
def test_besu_1153_logs_missing_from_a_block_are_not_taken_for_all(
    indexing: Indexing, chain: EmbeddedChain, expected: Callable[[], Any], place: int
) -> None:
    """eth_getLogs leaves a log out, once; a naive indexer moves its checkpoint past it for ever."""
    indexing.read_model.sync()
    before = indexing.rows()
    register_late(indexing.writer(chain))
    indexing.node.fault = only("eth_getLogs", once(left_out(place)))

    found = sync_fails(indexing)

    assert found.code == "ChainLogsIncomplete"
    assert (found.facts["found"], found.facts["expected"]) == (1, 2)
    assert indexing.rows() == before
    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_go_ethereum_18198_no_logs_at_all_from_a_block_that_has_some(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    """The node answers an empty list while its index is not finished."""
    indexing.node.fault = only("eth_getLogs", answers([]))
    assert sync_fails(indexing).code == "ChainLogsIncomplete"
    assert indexing.read_model.block_number == -1

    indexing.node.heal()
    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_lotus_13758_receipts_that_come_without_their_logs_for_a_while(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    for _ in range(3):
        indexing.node.fault = only("eth_getBlockReceipts", once(without_logs))
        assert sync_fails(indexing).code == "ChainLogsIncomplete"
        assert indexing.read_model.block_number == -1

    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_logs_and_receipts_that_lack_the_same_logs_are_found_by_the_bloom_filter(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    """Both lists agree and both are wrong; the header says that there was something."""

    def both_empty(method: str, _params: Any, pass_on: PassOn) -> Answer:
        if method == "eth_getBlockReceipts":
            return without_logs(pass_on)
        return answers([])(pass_on) if method == "eth_getLogs" else pass_on()

    def receipts_with_their_blooms_emptied(method: str, params: Any, pass_on: PassOn) -> Answer:
        found = both_empty(method, params, pass_on)
        if method != "eth_getBlockReceipts":
            return found
        return {**found, "result": [{**each, "logsBloom": "0x" + "00" * 256} for each in found["result"]]}

    for fault in (both_empty, receipts_with_their_blooms_emptied):
        indexing.node.fault = fault
        assert sync_fails(indexing).code == "ChainLogsIncomplete"
    indexing.node.heal()
    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_a_log_whose_words_were_changed_on_the_way_is_noticed(indexing: Indexing) -> None:
    """As many logs as the receipts have, but one says something else."""

    def change(pass_on: PassOn) -> Answer:
        true = pass_on()
        changed = [dict(log) for log in true["result"]]
        changed[0]["data"] = changed[0]["data"] + "00" * 32
        return {**true, "result": changed}

    indexing.node.fault = only("eth_getLogs", change)
    assert sync_fails(indexing).code == "ChainLogsIncomplete"


def test_receipts_of_another_block_are_no_answer(indexing: Indexing) -> None:
    def others(pass_on: PassOn) -> Answer:
        true = pass_on()
        return {**true, "result": [{**each, "blockHash": "0x" + "ab" * 32} for each in true["result"]]}

    indexing.node.fault = only("eth_getBlockReceipts", others)
    assert "another block" in sync_fails(indexing).message


@pytest.mark.parametrize("result", [None, []])
def test_receipts_that_are_missing_are_no_answer(indexing: Indexing, result: Any) -> None:
    indexing.node.fault = only("eth_getBlockReceipts", answers(result))
    assert "receipts of block" in sync_fails(indexing).message


def test_a_node_without_block_receipts_is_asked_for_each(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    indexing.node.fault = only("eth_getBlockReceipts", refuses("no such method", -32601))
    indexing.read_model.sync()
    assert indexing.rows() == expected()
    assert "eth_getTransactionReceipt" in indexing.node.methods()


# -- blocks --


def test_null_blocks_in_the_middle_of_a_batch_are_waited_for(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    indexing.node.fault = only("eth_getBlockByNumber", after(6, once(answers(None))))
    assert "is missing" in sync_fails(indexing).message
    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_ethconnect_199_catching_up_skips_no_block(
    indexing: Indexing, chain: EmbeddedChain, expected: Callable[[], Any]
) -> None:
    """Days of blocks at once, most of them empty, with faults at every place in between."""
    writer = indexing.writer(chain)
    indexing.read_model.sync()
    for number in range(2, 8):
        for _ in range(25):
            chain.advance_time(1)
        propose(writer, number)

    for place in (1, 3, 9, 20, 40, 90):
        indexing.node.fault = only("eth_getBlockByNumber", after(place, once(silent)))
        while indexing.read_model.block_number < indexing.ledger.newest_block().number:
            try:
                indexing.read_model.sync()
            except ChainError as passing:
                assert passing.kind is ChainErrorKind.UNAVAILABLE  # noqa: PT017 - it may also go through

    assert indexing.rows() == expected()
    assert len(indexing.read_model.state.notes) == 7


def test_a_head_that_goes_back_is_waited_for_and_nothing_is_lost(
    indexing: Indexing, chain: EmbeddedChain, made: tuple[Path, Deployment], tmp_path: Path
) -> None:
    """Behind a load balancer the next answer may come from a node that lags: it knows only earlier blocks."""
    propose(indexing.writer(chain), 2)
    indexing.read_model.sync()
    rows = indexing.rows()
    with open_copy(made[0], tmp_path / "lagging") as lagging:
        indexing.node.switch_to(lagging)
        with pytest.raises(CounterfoilError) as caught:
            indexing.read_model.sync()
        assert caught.value.code == "StoreAheadOfChain"
        assert indexing.rows() == rows
        indexing.node.switch_to(chain)
        indexing.read_model.sync()

    assert indexing.rows() == rows
    assert indexing.read_model.epoch == 0


def test_a_chain_that_changes_between_two_answers_gives_no_mixture(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    """The second block of a batch names another parent than the first one's hash."""

    def other_parent(pass_on: PassOn) -> Answer:
        true = pass_on()
        return {**true, "result": {**true["result"], "parentHash": "0x" + "cd" * 32}}

    indexing.node.fault = only("eth_getBlockByNumber", after(4, once(other_parent)))
    assert "not the child" in sync_fails(indexing).message
    indexing.read_model.sync()
    assert indexing.rows() == expected()


# -- transport --


@pytest.mark.parametrize(
    "fault",
    [silent, refuses("internal error", -32603), refuses("header not found"), refuses("rate limited", -32005)],
    ids=["silence", "internal error", "header not found", "rate limited"],
)
@pytest.mark.parametrize("method", ["eth_getBlockByNumber", "eth_getLogs", "eth_getBlockReceipts"])
def test_an_error_in_the_middle_of_a_batch_leaves_nothing_half_done(
    indexing: Indexing, expected: Callable[[], Any], method: str, fault: Callable[[PassOn], Answer]
) -> None:
    indexing.node.fault = only(method, after(5, once(fault)))
    sync_fails(indexing)
    checkpoint = indexing.read_model.block_number
    with indexing.store.read() as work:
        assert work.chain_log.checkpoint().block_number == checkpoint
        assert all(record.block_number <= checkpoint for record in work.chain_log.read())
    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_answers_of_a_batch_in_another_order_are_put_right(
    indexing: Indexing, expected: Callable[[], Any]
) -> None:
    indexing.node.batch_fault = reversed_answers
    indexing.read_model.sync()
    assert indexing.rows() == expected()
    assert max(indexing.node.batches) > 1


@pytest.mark.parametrize("fault", [first_answer_twice, one_answer_short])
def test_a_batch_with_an_answer_twice_or_missing_is_no_answer(
    indexing: Indexing, expected: Callable[[], Any], fault: Any
) -> None:
    indexing.node.batch_fault = fault
    sync_fails(indexing)
    indexing.node.heal()
    indexing.read_model.sync()
    assert indexing.rows() == expected()


def test_an_answer_under_a_foreign_number_is_noticed_by_what_it_says(indexing: Indexing) -> None:
    """Two answers of a batch exchange their ids: each is well formed, and each is of another block."""

    def exchanged(_requests: Any, found: list[Answer]) -> list[Answer]:
        if len(found) < 4:
            return found
        first, second = found[1], found[3]
        return [found[0], {**second, "id": first["id"]}, found[2], {**first, "id": second["id"]}, *found[4:]]

    indexing.node.batch_fault = exchanged
    sync_fails(indexing)


def test_evmconnect_88_no_node_side_filter_is_ever_made(indexing: Indexing, chain: EmbeddedChain) -> None:
    """A filter lives in the node's memory and expires; events between its end and its renewal are lost."""
    indexing.read_model.sync()
    propose(indexing.writer(chain), 2)
    indexing.read_model.sync()
    assert not {method for method in indexing.node.methods() if "ilter" in method}
    asked = [params for method, params in indexing.node.asked if method == "eth_getLogs"]
    assert asked
    assert all(list(params[0]) == ["blockHash"] for params in asked)


# -- reorganisations --


@pytest.mark.parametrize("depth", range(1, 9))
def test_safe_transaction_service_1236_nothing_is_credited_twice_after_a_reorganisation(
    indexing: Indexing,
    chain: EmbeddedChain,
    made: tuple[Path, Deployment],
    tmp_path: Path,
    depth: int,
) -> None:
    """`depth` blocks are replaced by one more of another content; every trace of the former ones goes."""
    indexing.knows_entity()
    writer = indexing.writer(chain)
    register_late(writer)
    for number in range(2, depth + 1):
        propose(writer, number)
    follower = FollowingReadModel(indexing.store, decode_event)
    indexing.read_model.sync()
    follower.follow()
    assert indexing.entity_number() == 3
    assert len(follower.state.notes) == depth

    with open_copy(made[0], tmp_path / "other") as other:
        other_writer = indexing.writer(other)
        for number in range(2, depth + 2):
            propose(other_writer, number, face_minor=777)
        register_late(other_writer)
        indexing.node.switch_to(other)
        indexing.read_model.sync()
        follower.follow()

        clean = Indexing(other, made[1], open_sqlite(tmp_path / "clean.sqlite"))
        clean.knows_entity()
        clean.read_model.sync()
        assert without_epoch(indexing.rows()) == without_epoch(clean.rows())
        assert indexing.read_model.state == follower.state == clean.read_model.state
        assert indexing.entity_number() == 3
        clean.store.close()
    assert (indexing.read_model.epoch, follower.epoch) == (1, 1)
    with indexing.store.read() as work:
        ((epoch, rolled_back_to),) = work.chain_log.epochs()
        head = work.chain_log.checkpoint().block_number
    assert (epoch, rolled_back_to) == (1, head - depth - 1)
    assert [note.face_minor for note in follower.state.notes.values()] == [1_000] + [777] * depth


def test_a_branch_that_is_not_longer_is_followed_as_well(
    indexing: Indexing, chain: EmbeddedChain, made: tuple[Path, Deployment], tmp_path: Path
) -> None:
    """The same height with another hash, and then a lower one."""
    for number in (2, 3):
        propose(indexing.writer(chain), number)
    indexing.read_model.sync()
    with open_copy(made[0], tmp_path / "same") as same, open_copy(made[0], tmp_path / "lower") as lower:
        for number in (4, 5):
            propose(indexing.writer(same), number, face_minor=500)
        propose(indexing.writer(lower), 6, face_minor=250)
        for other, faces in ((same, [1_000, 500, 500]), (lower, [1_000, 250])):
            indexing.node.switch_to(other)
            indexing.read_model.sync()
            assert [note.face_minor for note in indexing.read_model.state.notes.values()] == faces
    assert indexing.read_model.epoch == 2


def test_a_reorganisation_beyond_memory_stops_with_a_clear_error(
    indexing: Indexing, chain: EmbeddedChain, made: tuple[Path, Deployment], tmp_path: Path
) -> None:
    for _ in range(130):
        chain.advance_time(1)
    indexing.read_model.sync()
    rows = indexing.rows()
    with open_copy(made[0], tmp_path / "other") as other:
        for _ in range(140):
            other.advance_time(2)
        indexing.node.switch_to(other)
        with pytest.raises(CounterfoilError) as caught:
            indexing.read_model.sync()
        assert caught.value.code == "ReorganisationTooDeep"
        assert indexing.rows() == rows

        rebuilt = indexing.read_model.rebuild()
        assert not rebuilt.same
        indexing.read_model.sync()
        assert indexing.read_model.epoch == 1
        assert indexing.read_model.block_number == other.web3.eth.block_number


# -- what the process holds --


def test_firefly_1576_a_follower_keeps_nothing_of_events_that_it_has_folded(
    indexing: Indexing, chain: EmbeddedChain
) -> None:
    """Nothing that the read model refers to grows with events that leave the state as it was."""
    indexing.read_model.sync()
    follower = FollowingReadModel(indexing.store, decode_event)
    follower.follow()
    before = _records_held(follower)
    writer = indexing.writer(chain)
    for given in (True, False) * 10:
        writer.set_standing_acceptance(by=SELLER, debtor_id=None, given=given)
    indexing.read_model.sync()
    assert follower.follow()
    assert len(list(follower.history())) > 20
    assert _records_held(follower) == before


def _records_held(follower: FollowingReadModel) -> int:
    """How many recorded events are reachable from the read model."""
    seen: set[int] = set()
    waiting: list[Any] = [follower.__dict__]
    held = 0
    while waiting:
        found = waiting.pop()
        if id(found) in seen or isinstance(found, type | Store) or callable(found):
            continue
        seen.add(id(found))
        held += type(found).__name__ in {"Recorded", "EventRecord"}
        waiting.extend(gc.get_referents(found))
    return held


def test_readers_see_whole_blocks_only_while_another_thread_folds(
    indexing: Indexing, chain: EmbeddedChain
) -> None:
    """A registration is two events of one block, party and key: no reader sees one without the other."""
    indexing.read_model.sync()
    follower = FollowingReadModel(indexing.store, decode_event)
    follower.follow()
    done = threading.Event()
    looked, wrong = [0, 0, 0], []

    def read(place: int) -> None:
        while not done.wait(0.0005):
            with follower.reading() as view:
                looked[place] += 1
                if not all(party.keys for party in view.state.parties.values()):
                    wrong.append(view.block_number)

    readers = [threading.Thread(target=read, args=(place,)) for place in range(3)]
    for each in readers:
        each.start()
    for number in range(10, 18):
        register_late(indexing.writer(chain), key=Account.from_key(number.to_bytes(32, "big")).address)
        indexing.read_model.sync()
        follower.follow()
    done.set()
    for each in readers:
        each.join()
    assert not wrong
    assert all(looked)
    assert len(follower.state.parties) == 10


def test_a_thread_that_reads_cannot_wait_for_itself(indexing: Indexing) -> None:
    indexing.read_model.sync()
    with indexing.read_model.reading() as view, indexing.read_model.reading() as again:
        assert view.state is again.state
        with pytest.raises(RuntimeError, match="wait for itself"):
            indexing.read_model._guard.writing().__enter__()
