"""The embedded chain against killed processes, damaged files and a second opener."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from chain_support import gateway_on, load_fixture
from eth_account import Account
from eth_account.signers.local import LocalAccount

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.embedded import EmbeddedChain, EmbeddedChainError, open_embedded_chain
from counterfoil.chain.embedded.kv import SqliteKeyValue
from counterfoil.chain.gateway import ChainGateway
from counterfoil.ports.engine import ContractCall, Receipt

FIXTURE = "ChainFixture"
KEY = "0x" + "42" * 32
NOTE = 1


def reopen(directory: Path) -> tuple[EmbeddedChain, ChainGateway]:
    chain = open_embedded_chain(directory)
    deployment = Deployment.load(directory / "deployment.json")
    return chain, ChainGateway(chain.web3, deployment, load=load_fixture, receipt_timeout_s=1)


def prepare(directory: Path, signer: LocalAccount) -> None:
    with open_embedded_chain(directory, block_gas_limit=30_000_000) as chain:
        gateway = gateway_on(chain)
        gateway.deploy(FIXTURE, [10**9], signer)
        gateway.deployment.save(directory / "deployment.json")


def in_child(work: Callable[[], None]) -> int:
    """Run work in a forked process, which ends without any of Python's clean-up; returns its process id."""
    process = os.fork()
    if process:
        return process
    try:
        work()
        os._exit(0)
    finally:  # whatever it was: the child must not return into pytest
        traceback.print_exc()
        os._exit(70)


def write_until_killed(directory: Path, acknowledged: int, start: int) -> NoReturn:
    """Store rising values, alone and in batches; tell each through the pipe once it is answered."""
    _, gateway = reopen(directory)
    signer = Account.from_key(KEY)
    value = start
    while True:
        calls = [
            ContractCall(contract=FIXTURE, function="store", args=[NOTE, value + step], gas=120_000)
            for step in range(1 + 7 * (value % 3 == 0))
        ]
        for outcome in gateway.send_batch(calls, signer):
            assert isinstance(outcome, Receipt), outcome
            value += 1
            os.write(acknowledged, f"{outcome.tx_hash} {value - 1} {outcome.block_number}\n".encode())


def kill_after(directory: Path, start: int, count: int, delay_s: float) -> list[tuple[str, int, int]]:
    """Let a child write; SIGKILL it a moment after so many answers; returns all answers that it gave."""
    reader, writer = os.pipe()
    child = in_child(lambda: write_until_killed(directory, writer, start))
    os.close(writer)
    received = b""
    while received.count(b"\n") < count:
        piece = os.read(reader, 4096)
        if not piece:
            break
        received += piece
    time.sleep(delay_s)  # a part of what making a block takes, so that kills fall anywhere in it
    os.kill(child, signal.SIGKILL)
    while piece := os.read(reader, 4096):
        received += piece
    os.close(reader)
    _, outcome = os.waitpid(child, 0)
    assert os.WIFSIGNALED(outcome), "the child ended by itself"
    lines = received.decode().splitlines()
    return [(tx_hash, int(value), int(block)) for tx_hash, value, block in map(str.split, lines)]


def check_everything(directory: Path, acknowledged: list[tuple[str, int, int]], identity: object) -> int:
    """All acknowledged writes are there, whole, in order, once; the chain goes on. Returns the newest value +
    1.
    """
    chain, gateway = reopen(directory)
    with chain:
        assert chain.identity == identity
        chain.verify()
        for tx_hash, value, block in acknowledged:
            receipt = gateway.receipt(tx_hash)
            assert receipt.block_number == block
            assert receipt.only("ValueStored").args["new_value"] == value
        records = [record for record in gateway.events() if record.event == "ValueStored"]
        values = [record.args["new_value"] for record in records]
        assert values == list(range(len(values))), "a write was lost, doubled or reordered"
        told = [value for _, value, _ in acknowledged]
        assert told == sorted(set(told))
        assert len(values) > max(told, default=-1)
        head = chain.web3.eth.block_number
        assert gateway.call(FIXTURE, "historyLength") == len(values)
        following = gateway.send(FIXTURE, "store", [NOTE, len(values)], Account.from_key(KEY))
        assert following.block_number == head + 1
        return len(values) + 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_writer_loses_nothing_that_was_acknowledged(
    tmp_path: Path, signer: LocalAccount, seed: int
) -> None:
    chance = random.Random(seed)
    prepare(tmp_path, signer)
    with open_embedded_chain(tmp_path) as chain:
        identity = chain.identity
    acknowledged: list[tuple[str, int, int]] = []
    following = 0
    for _ in range(6):
        acknowledged += kill_after(tmp_path, following, chance.randint(0, 12), chance.uniform(0.0, 0.05))
        following = check_everything(tmp_path, acknowledged, identity)
    assert len(acknowledged) >= 6


FAULT_POINTS = ["before BEGIN", "before INSERT", "in the middle of INSERT", "before COMMIT", "after COMMIT"]


def die_at(point: str, nth_commit: int) -> None:
    """Make this process kill itself at a point of its nth commit from now on."""
    whole_commit = SqliteKeyValue.commit
    commits = 0

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def commit(store: SqliteKeyValue) -> None:
        nonlocal commits
        commits += 1
        if commits == nth_commit:
            inserts = 0

            def traced(statement: str) -> None:
                nonlocal inserts
                inserts += statement.startswith("INSERT")
                if point == f"before {statement.split(maxsplit=1)[0]}" or (
                    point.startswith("in the") and inserts == 5
                ):
                    die()

            store._connection.set_trace_callback(traced)
        whole_commit(store)
        if commits == nth_commit and point == "after COMMIT":
            die()

    SqliteKeyValue.commit = commit  # type: ignore[method-assign]  # in a process that is about to die


@pytest.mark.parametrize("point", FAULT_POINTS)
def test_a_block_is_there_wholly_or_not_at_all_wherever_its_commit_is_cut(
    tmp_path: Path, signer: LocalAccount, point: str
) -> None:
    prepare(tmp_path, signer)

    def write() -> None:
        die_at(point, nth_commit=3)
        _, gateway = reopen(tmp_path)
        for value in range(5):
            gateway.send(FIXTURE, "store", [NOTE, value], signer)

    _, outcome = os.waitpid(in_child(write), 0)
    assert os.WIFSIGNALED(outcome)
    assert os.WTERMSIG(outcome) == signal.SIGKILL
    chain, gateway = reopen(tmp_path)
    with chain:
        chain.verify()
        survived = 3 if point == "after COMMIT" else 2
        assert [record.args["new_value"] for record in gateway.events()] == list(range(survived))
        gateway.send(FIXTURE, "store", [NOTE, survived], signer)
        assert gateway.call(FIXTURE, "valueOf", [NOTE]) == survived


@pytest.mark.parametrize("point", FAULT_POINTS)
def test_a_process_killed_while_it_creates_the_chain_leaves_a_directory_that_opens(
    tmp_path: Path, point: str
) -> None:
    def create() -> None:
        die_at(point, nth_commit=1)
        open_embedded_chain(tmp_path)

    _, outcome = os.waitpid(in_child(create), 0)
    assert os.WIFSIGNALED(outcome)
    with open_embedded_chain(tmp_path) as chain:
        identity = chain.identity
        assert chain.web3.eth.block_number == 0
    with open_embedded_chain(tmp_path) as chain:
        assert chain.identity == identity


def test_a_disk_that_refuses_a_commit_stops_the_chain_until_it_is_opened_again(
    tmp_path: Path, signer: LocalAccount
) -> None:
    prepare(tmp_path, signer)
    chain, gateway = reopen(tmp_path)
    gateway.send(FIXTURE, "store", [NOTE, 0], signer)
    store = chain._ledger.store
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill_up() -> None:
        for value in range(1, 2_000):
            gateway.send(FIXTURE, "storeMany", [value * 100, 50], signer, gas=2_000_000)

    with pytest.raises(EmbeddedChainError) as caught:
        fill_up()
    assert caught.value.code == "ChainStoreFailed"
    with pytest.raises(EmbeddedChainError) as again:
        gateway.send(FIXTURE, "store", [NOTE, 1], signer)
    assert again.value.code == "ChainStoreFailed"
    chain.close()
    chain, gateway = reopen(tmp_path)
    with chain:
        chain.verify()
        gateway.send(FIXTURE, "store", [NOTE, 1], signer)
        assert gateway.call(FIXTURE, "valueOf", [NOTE]) == 1


# -- damaged files --


def filled(directory: Path, signer: LocalAccount) -> dict[str, object]:
    """A closed chain of some size, and every answer that it gives."""
    prepare(directory, signer)
    chain, gateway = reopen(directory)
    with chain:
        for value in range(12):
            gateway.send(FIXTURE, "storeMany", [value * 100, 12], signer, gas=2_000_000)
        return answers(chain)


def answers(chain: EmbeddedChain) -> dict[str, object]:
    request = chain.web3.provider.make_request
    found: dict[str, object] = {}
    for number in range(int(request("eth_blockNumber", [])["result"], 16) + 1):  # type: ignore[arg-type]
        found[f"block {number}"] = request("eth_getBlockByNumber", [hex(number), True])["result"]  # type: ignore[arg-type]
        found[f"receipts {number}"] = request("eth_getBlockReceipts", [hex(number)])["result"]  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("kept", [0, 1, 100, 4095, 4096, 0.3, 0.6, 0.9, -4096, -1])
def test_a_truncated_store_is_refused(tmp_path: Path, signer: LocalAccount, kept: float) -> None:
    filled(tmp_path, signer)
    path = tmp_path / "chain.sqlite"
    size = path.stat().st_size
    length = int(size * kept) if isinstance(kept, float) else kept if kept >= 0 else size + kept
    os.truncate(path, length)
    with pytest.raises(EmbeddedChainError) as caught:
        open_embedded_chain(tmp_path)
    assert caught.value.code == "ChainStoreCorrupt"
    assert str(path) in caught.value.message


def test_a_lost_store_is_not_taken_for_a_new_chain(tmp_path: Path, signer: LocalAccount) -> None:
    filled(tmp_path, signer)
    (tmp_path / "chain.sqlite").unlink()
    with pytest.raises(EmbeddedChainError, match="says a chain was here"):
        open_embedded_chain(tmp_path)


def test_a_store_of_another_chain_is_refused(tmp_path: Path, signer: LocalAccount) -> None:
    prepare(tmp_path / "one", signer)
    with open_embedded_chain(tmp_path / "two", chain_id=77):
        pass
    shutil.copy(tmp_path / "two" / "chain.sqlite", tmp_path / "one" / "chain.sqlite")
    with pytest.raises(EmbeddedChainError, match=r"not the chain that chain\.json describes"):
        open_embedded_chain(tmp_path / "one")


def test_files_that_are_no_chain_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "chain.sqlite").write_bytes(b"definitely not a database" * 1000)
    other = tmp_path / "other"
    other.mkdir()
    connection = sqlite3.connect(other / "chain.sqlite")
    connection.execute("CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB)")
    connection.close()
    for directory in (tmp_path / "text", other):
        with pytest.raises(EmbeddedChainError) as caught:
            open_embedded_chain(directory)
        assert caught.value.code == "ChainStoreCorrupt"


def test_overwritten_bytes_are_found_or_harmless_but_never_change_an_answer(
    tmp_path: Path, signer: LocalAccount
) -> None:
    whole = tmp_path / "whole"
    expected = filled(whole, signer)
    chance = random.Random(20_250_615)
    size = (whole / "chain.sqlite").stat().st_size
    noticed = 0
    for attempt in range(60):
        copy = tmp_path / f"copy{attempt}"
        shutil.copytree(whole, copy)
        place = chance.randrange(size - 32)
        with (copy / "chain.sqlite").open("r+b") as file:
            file.seek(place)
            file.write(chance.randbytes(chance.choice([1, 4, 32])))
        found = verified_answers(copy)
        if found == "ChainStoreCorrupt":
            noticed += 1
        else:
            assert found == expected, f"an answer changed after a write at {place}"
        shutil.rmtree(copy)
    # About 37 of the 60 places hold what anybody reads; where they lie differs with the block times.
    assert noticed > 15


def test_a_changed_value_is_noticed_when_it_is_read(tmp_path: Path, signer: LocalAccount) -> None:
    """Changed through SQLite itself, so that only our own checksum can tell."""
    expected = filled(tmp_path, signer)
    connection = sqlite3.connect(tmp_path / "chain.sqlite", isolation_level=None)
    rows = connection.execute("SELECT k, v FROM kv").fetchall()
    noticed = 0
    for key, value in random.Random(3).sample(rows, min(100, len(rows))):
        changed = bytes([*value[:-5], value[-5] ^ 1, *value[-4:]])
        connection.execute("UPDATE kv SET v = ? WHERE k = ?", (changed, key))
        connection.close()
        found = verified_answers(tmp_path, verify=False)
        assert found in ("ChainStoreCorrupt", expected)
        noticed += found == "ChainStoreCorrupt"
        connection = sqlite3.connect(tmp_path / "chain.sqlite", isolation_level=None)
        connection.execute("UPDATE kv SET v = ? WHERE k = ?", (value, key))
    connection.close()
    # Keys are hashes over block times, so which values answers need differs with the run: one in eight or so.
    assert noticed


def verified_answers(directory: Path, *, verify: bool = True) -> dict[str, object] | str:
    """All answers of a chain that passed verification, or the code of the refusal."""
    try:
        with open_embedded_chain(directory) as chain:
            if verify:
                chain.verify()
            return answers(chain)
    except EmbeddedChainError as refused:
        return refused.code


# -- one process at a time --


def test_a_second_process_is_refused_and_may_follow(tmp_path: Path) -> None:
    def second() -> None:
        try:
            open_embedded_chain(tmp_path)
        except EmbeddedChainError as refused:
            message = refused.message
            os._exit(42 if refused.code == "ChainLocked" and str(os.getppid()) in message else 43)

    with open_embedded_chain(tmp_path) as chain:
        _, outcome = os.waitpid(in_child(second), 0)
        assert os.waitstatus_to_exitcode(outcome) == 42
        assert chain.web3.eth.block_number == 0
    _, outcome = os.waitpid(in_child(second), 0)
    assert os.waitstatus_to_exitcode(outcome) == 0


def test_a_second_opening_in_one_process_is_refused_too(tmp_path: Path) -> None:
    with open_embedded_chain(tmp_path), pytest.raises(EmbeddedChainError) as caught:
        open_embedded_chain(tmp_path)
    assert caught.value.code == "ChainLocked"
    with open_embedded_chain(tmp_path) as chain:
        assert chain.web3.is_connected()


def test_the_lock_of_a_killed_process_is_gone(tmp_path: Path) -> None:
    def hold() -> None:
        open_embedded_chain(tmp_path)
        os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(in_child(hold), 0)
    with open_embedded_chain(tmp_path) as chain:
        assert chain.web3.eth.block_number == 0
