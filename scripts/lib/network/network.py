"""The network itself: a folder with a plan, its members' validators and the file that describes it to
others."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from network import engine, process
from network.clock import ClockReading
from network.descriptor import Address, descriptor_of, write_descriptor
from network.failures import NetworkError
from network.genesis import GenesisPlan, genesis_of
from network.keys import ValidatorKey
from network.links import links_of
from network.members import Folder, Member, admitted, read_members, write_members
from network.operators import Operators
from network.plan import P2P_OFFSET, RPC_OFFSET, Clock, Links, NetworkPlan
from network.ports import refuse_taken_ports
from network.rpc import RpcRefusedError, RpcUnavailableError, over_http
from network.state import ValidatorState, look_at
from network.unit import unit_of

START_WITHIN_S = 60.0
_POLL_S = 0.05


class Network:
    """A consortium's validators on this machine. Open one that is there, or `create` one.

    Every method that names validators takes their numbers, which count from 1. Waiting methods raise
    NetworkError when their time is over, with what was seen last.
    """

    def __init__(self, root: Path) -> None:
        """Open the network in the folder root. Raises NetworkError when there is none."""
        self.root = root.resolve()
        if not self._plan_file.is_file():
            raise NetworkError(f"There is no network in {root}", "Make one with scripts/network up")
        self.plan = NetworkPlan.read(self._plan_file)
        self.links = links_of(self.plan.links, self.root)
        self.operators = Operators(self)

    @property
    def _plan_file(self) -> Path:
        return self.root / "plan.json"

    @property
    def _members_file(self) -> Path:
        return self.root / "members.json"

    @property
    def descriptor(self) -> Path:
        """The file that others take as --chain."""
        return self.root / "network.json"

    @property
    def members(self) -> list[Member]:
        """Everybody who is or was a member, by number."""
        return read_members(self._members_file)

    @property
    def validators(self) -> list[int]:
        """The numbers of the validators that belong to consensus."""
        return [member.index for member in admitted(self.members)]

    @classmethod
    def create(cls, root: Path, plan: NetworkPlan) -> Network:
        """Make keys, genesis and folders for the plan's members; nothing runs yet. Refuses a folder that
        has a network."""
        program = engine.program(plan.clock)
        if (root / "plan.json").exists():
            raise NetworkError(f"{root} has a network already", "Start it with up, or destroy it first")
        links_of(plan.links, root)
        root.mkdir(parents=True, exist_ok=True)
        keys = [ValidatorKey.new() for _ in plan.members]
        members = [
            Member(index=index, name=name, address=key.address, node_id=key.node_id)
            for index, (name, key) in enumerate(zip(plan.members, keys, strict=True), start=1)
        ]
        genesis = genesis_of(
            GenesisPlan(
                chain_id=plan.chain_id,
                validators=[member.address for member in members],
                made_at_s=int(time.time()) if plan.started_at_s is None else plan.started_at_s,
            )
        )
        (root / "genesis.json").write_text(json.dumps(genesis, indent=2) + "\n", encoding="utf-8")
        write_members(root / "members.json", members)
        stands = plan.started_at_s is not None
        ClockReading(stands=stands, seconds=plan.started_at_s or 0).write(root / ClockReading.FILE)
        # The plan comes last: a folder without it is not taken for a network.
        plan.write(root / "plan.json")
        network = cls(root)
        hashes = {
            network.make_folder(member, key, program) for member, key in zip(members, keys, strict=True)
        }
        network.write_peers()
        network.write_descriptor(genesis_hash=hashes.pop())
        return network

    def folder(self, index: int) -> Folder:
        """A validator's own files."""
        return Folder(self.root / "validators" / str(index))

    def _address(self, index: int) -> Address:
        return Address(
            rpc=(self.links.rpc_host(index), self.plan.port(index, RPC_OFFSET)),
            p2p=(self.links.p2p_host(index), self.plan.port(index, P2P_OFFSET)),
        )

    def endpoint(self, index: int) -> str:
        """Where a validator's JSON-RPC is."""
        return f"http://{self.links.rpc_host(index)}:{self.plan.port(index, RPC_OFFSET)}"

    def make_folder(self, member: Member, key: ValidatorKey, program: Path) -> str:
        """Write a member's key, genesis, arguments and unit, and its empty chain; gives the genesis block's
        hash."""
        folder = self.folder(member.index)
        folder.path.mkdir(parents=True, mode=0o700)
        key.write(folder.key)
        shutil.copyfile(self.root / "genesis.json", folder.genesis)
        genesis_hash = engine.make_chain(program, self.plan, folder.path)
        arguments = engine.start_arguments(
            self.plan,
            address=member.address,
            rpc=(self.links.rpc_host(member.index), self.plan.port(member.index, RPC_OFFSET)),
            p2p_port=self.plan.port(member.index, P2P_OFFSET),
            peers_within=["127.0.0.0/8"] if self.plan.links is Links.LOOPBACK else [],
        )
        folder.arguments.write_text("\n".join(arguments) + "\n", encoding="utf-8")
        unit = unit_of(name=member.name, program=program.name, arguments=arguments)
        folder.unit.write_text(unit, encoding="utf-8")
        return genesis_hash

    def peer_url(self, member: Member) -> str:
        """Where the other validators dial a member's."""
        return member.peer_url(self.links.p2p_host(member.index), self.plan.port(member.index, P2P_OFFSET))

    def write_peers(self) -> None:
        """Give every member's validator the list of the others; a running one reads it at its next start."""
        members = admitted(self.members)
        for member in members:
            urls = [self.peer_url(other) for other in members if other != member]
            self.folder(member.index).peers.write_text(json.dumps(urls, indent=2) + "\n", encoding="utf-8")

    def write_descriptor(self, *, genesis_hash: str | None = None) -> None:
        """Write network.json from the members as they are now; its genesis hash stays when none is given."""
        known = genesis_hash or json.loads(self.descriptor.read_text(encoding="utf-8"))["genesis_hash"]
        addresses = {member.index: self._address(member.index) for member in self.members}
        name = self.root.name.lstrip(".")
        content = descriptor_of(
            self.plan, name=name, genesis_hash=known, members=self.members, addresses=addresses
        )
        write_descriptor(self.descriptor, content)

    def start(self, indices: Iterable[int] | None = None, *, within_s: float = START_WITHIN_S) -> list[int]:
        """Start these validators, or all, and wait until they answer. Those that run already are left alone.

        Gives the numbers that were started. Raises NetworkError for a taken port, and for a validator that
        ends or does not answer in time, with the last lines of its log.
        """
        wanted = self._known(self.validators if indices is None else indices)
        stopped = [index for index in wanted if self.pid(index) is None]
        self.links.lay(wanted)
        program = engine.program(self.plan.clock)
        for index in stopped:
            refuse_taken_ports(
                self.links.rpc_host(index),
                [self.plan.port(index, RPC_OFFSET), self.plan.port(index, P2P_OFFSET)],
                validator=index,
            )
        for index in stopped:
            folder = self.folder(index)
            arguments = folder.arguments.read_text(encoding="utf-8").splitlines()
            process.start(
                [*self.links.prefix(index), *self._environment(), str(program), *arguments],
                folder=folder.path,
                log=folder.log,
                pid_file=folder.pid,
            )
        give_up_at = time.monotonic() + within_s
        for index in stopped:
            self._wait_until_it_answers(index, give_up_at)
        self.operators.reconnect()
        return stopped

    def _environment(self) -> list[str]:
        named = dict(engine.ENVIRONMENT)
        if self.plan.clock is not Clock.WALL:
            named[ClockReading.VARIABLE] = str(self.root / ClockReading.FILE)
        return ["env", *(f"{name}={value}" for name, value in named.items())]

    @property
    def clock(self) -> ClockReading:
        """What a test network's clock says. Raises NetworkError on the wall clock."""
        if self.plan.clock is Clock.WALL:
            raise NetworkError(
                "This network is on the wall clock", "Make a test network with --adjustable-clock"
            )
        return ClockReading.parse((self.root / ClockReading.FILE).read_text(encoding="ascii"))

    def set_clock(self, reading: str, *, within_s: float = 60.0) -> None:
        """Set a test network's clock to =SECONDS or +SECONDS, and wait until every validator has a block of
        that time."""
        wanted = ClockReading.parse(reading)
        _ = self.clock
        wanted.write(self.root / ClockReading.FILE)
        time_s = wanted.seconds if wanted.stands else wanted.seconds + int(time.time())
        give_up_at = time.monotonic() + within_s
        while any(self.block_time_s(i) < time_s for i in self.validators if self.pid(i) is not None):
            if time.monotonic() > give_up_at:
                raise NetworkError(
                    f"No block has the time {time_s} within {within_s:.0f} s", "Read the validators' logs"
                )
            time.sleep(_POLL_S)

    def advance(self, seconds: int, *, within_s: float = 60.0) -> None:
        """Move a test network's clock forward, and wait until every validator has a block of that time."""
        self.set_clock(str(self.clock.advanced(seconds)), within_s=within_s)

    def block_time_s(self, index: int) -> int:
        """The second of a validator's latest block, 0 when it does not answer."""
        try:
            return int(
                over_http(self.endpoint(index), "eth_getBlockByNumber", "latest", False)["timestamp"], 16
            )
        except (RpcUnavailableError, RpcRefusedError):
            return 0

    def _wait_until_it_answers(self, index: int, give_up_at: float) -> None:
        while True:
            if self.pid(index) is None:
                raise self._failure(index, "ended at its start")
            if self.height(index) is not None:
                return
            if time.monotonic() > give_up_at:
                raise self._failure(index, "runs and does not answer")
            time.sleep(_POLL_S)

    def _failure(self, index: int, what: str) -> NetworkError:
        log = self.folder(index).log
        return NetworkError(
            f"Validator {index} {what}. Its log ends with:\n{process.last_lines(log)}\n", f"Read {log}"
        )

    def _known(self, indices: Iterable[int]) -> list[int]:
        known = {member.index for member in self.members}
        wanted = list(dict.fromkeys(indices))
        for index in wanted:
            if index not in known:
                raise NetworkError(
                    f"There is no validator {index}", f"Name some of {', '.join(map(str, sorted(known)))}"
                )
        return wanted

    def pid(self, index: int) -> int | None:
        """The validator's process, None when it is not running."""
        return process.running(self.folder(index).pid)

    def kill(self, *indices: int) -> list[int]:
        """End these validators at once, as a loss of power would (SIGKILL). Gives those that were running."""
        return [
            i for i in self._known(indices) if process.end(self.folder(i).pid, with_signal=signal.SIGKILL)
        ]

    def stop(self, *indices: int) -> list[int]:
        """Ask these validators to end (SIGTERM) and wait. Gives those that were running."""
        return [
            i for i in self._known(indices) if process.end(self.folder(i).pid, with_signal=signal.SIGTERM)
        ]

    def down(self) -> list[int]:
        """Stop every validator, members no longer among them too, and take the links away. Gives those that
        were running."""
        found = {member.index: self.pid(member.index) for member in self.members}
        # All are asked before the first is waited for, so that their ends do not follow one another.
        for pid in filter(None, found.values()):
            process.ask(pid, signal.SIGTERM)
        for index in found:
            try:
                process.end(self.folder(index).pid, with_signal=signal.SIGTERM)
            except NetworkError:
                process.end(self.folder(index).pid, with_signal=signal.SIGKILL)
        self.links.remove()
        return [index for index, pid in found.items() if pid is not None]

    def destroy(self) -> None:
        """Stop everything and delete the folder, keys and chain with it."""
        for member in self.members:
            process.end(self.folder(member.index).pid, with_signal=signal.SIGKILL)
        self.links.remove()
        shutil.rmtree(self.root)

    def partition(self, *groups: Sequence[int]) -> None:
        """Cut the links between groups, each validator in exactly one. JSON-RPC stays reachable
        everywhere."""
        named = [index for group in groups for index in group]
        missing = sorted(set(self.validators) - set(named))
        if len(named) != len(set(named)) or missing or len(groups) < 2:
            raise NetworkError(
                f"The groups {'/'.join(','.join(map(str, g)) for g in groups)} are not a partition of "
                f"{', '.join(map(str, self.validators))}",
                "Put every validator into exactly one of two or more groups, as in 1,2/3,4",
            )
        self._known(named)
        self.links.partition(groups)

    def heal(self) -> None:
        """Join what partition cut, and have validators dial each other at once."""
        self.links.heal(self.validators)
        self.operators.reconnect()

    def height(self, index: int) -> int | None:
        """The validator's latest block, None when it does not answer."""
        try:
            return int(over_http(self.endpoint(index), "eth_blockNumber", within_s=5.0), 16)
        except (RpcUnavailableError, RpcRefusedError):
            return None

    def block_hash(self, index: int, height: int) -> str | None:
        """The hash of the validator's block at height, None when it has none or does not answer."""
        try:
            block = over_http(self.endpoint(index), "eth_getBlockByNumber", hex(height), False)
        except (RpcUnavailableError, RpcRefusedError):
            return None
        return None if block is None else str(block["hash"])

    def wait_for_height(
        self, height: int, indices: Iterable[int] | None = None, *, within_s: float = 60.0
    ) -> None:
        """Wait until these validators, or all that run, have the block at height."""
        wanted = (
            [i for i in self.validators if self.pid(i) is not None]
            if indices is None
            else self._known(indices)
        )
        give_up_at = time.monotonic() + within_s
        while True:
            heights = {index: self.height(index) for index in wanted}
            if all(seen is not None and seen >= height for seen in heights.values()):
                return
            if time.monotonic() > give_up_at:
                raise NetworkError(
                    f"Not every validator reached block {height} within {within_s:.0f} s: {heights}",
                    "Read their logs",
                )
            time.sleep(_POLL_S)

    def wait_for_blocks(
        self, count: int, indices: Iterable[int] | None = None, *, within_s: float = 60.0
    ) -> int:
        """Wait until these validators, or all that run, are count blocks past the highest now; gives that
        height."""
        wanted = (
            [i for i in self.validators if self.pid(i) is not None]
            if indices is None
            else self._known(indices)
        )
        height = max(self.height(index) or 0 for index in wanted) + count
        self.wait_for_height(height, wanted, within_s=within_s)
        return height

    def states(self) -> list[ValidatorState]:
        """Every member's validator as it is now."""
        members = self.members
        groups = self.links.groups([member.index for member in members])
        return [
            look_at(
                member,
                endpoint=self.endpoint(member.index),
                pid=self.pid(member.index),
                group=groups[member.index],
            )
            for member in members
        ]

    def admit(self, name: str, *, within_s: float = 120.0) -> int:
        """Make a new member's key and folder, have the others vote it in, start it and wait until it has
        caught up."""
        return self.operators.admit(name, within_s=within_s)

    def remove(self, index: int, *, within_s: float = 120.0) -> None:
        """Have the others vote a validator out and drop its connections. Its process goes on, refused by
        all."""
        self.operators.remove(index, within_s=within_s)

    def save_members(self, members: Sequence[Member]) -> None:
        """Write the list of members, their validators' peers and network.json."""
        write_members(self._members_file, members)
        self.write_peers()
        self.write_descriptor()
