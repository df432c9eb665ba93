"""A validator on a member's own machine: each member makes its own key, and all make the same network from
public halves.

No secret leaves its machine. Members exchange their identity files, each runs `assemble` over all of them
with the same numbers, and they compare the genesis block's hash by voice: it is the same on every machine
or somebody's files differ.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from network import engine
from network.descriptor import Address, descriptor_of, write_descriptor
from network.failures import NetworkError
from network.genesis import GenesisPlan, genesis_of
from network.keys import ValidatorKey
from network.members import Folder, Member
from network.plan import NetworkPlan, check_members
from network.unit import unit_of

_HOST = re.compile(r"[A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The public half of a member's validator."""

    name: str
    address: str
    node_id: str

    def __post_init__(self) -> None:
        check_members([self.name])
        derived = ValidatorKey.public_address(self.node_id)
        if derived != self.address.lower():
            raise NetworkError(
                f"The identity {self.name} has the address {self.address}, and its key has {derived}",
                "Ask that member for its identity.json again",
            )

    @classmethod
    def read(cls, path: Path) -> Identity:
        """The identity in a member's file. Raises NetworkError when it is not one."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise NetworkError(
                f"{path} is not an identity ({error})", "Ask that member for its identity.json"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A member's validator and where the others dial it."""

    identity: Identity
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read FILE@HOST:PORT. Raises NetworkError when it is anything else."""
        file, _, target = text.rpartition("@")
        host, _, port = target.rpartition(":")
        if not file or not _HOST.fullmatch(host) or not port.isdigit() or not 0 < int(port) < 65_536:
            raise NetworkError(f"{text!r} is not a place", "Write it as bank/identity.json@10.0.0.7:8554")
        return cls(identity=Identity.read(Path(file)), host=host, port=int(port))

    def member(self, index: int) -> Member:
        """The member as number index."""
        known = self.identity
        return Member(index=index, name=known.name, address=known.address, node_id=known.node_id)

    @property
    def range(self) -> str | None:
        """The one address that this member's connections come from, None when the place is a name."""
        try:
            return f"{ipaddress.ip_address(self.host)}/32"
        except ValueError:
            return None


def make_identity(folder: Path, name: str) -> Identity:
    """Make a new key in folder and its public half beside it. A key that is there is never written over."""
    check_members([name])
    own = Folder(folder)
    if own.key.exists():
        raise NetworkError(f"{own.key} is a key already", "Keep it, or choose another folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ValidatorKey.new()
    identity = Identity(name=name, address=key.address, node_id=key.node_id)
    key.write(own.key)
    (folder / "identity.json").write_text(json.dumps(asdict(identity), indent=2) + "\n", encoding="utf-8")
    return identity


def _own(folder: Path, places: Sequence[Place]) -> Place:
    try:
        key = ValidatorKey.read(Folder(folder).key)
    except (OSError, ValueError) as error:
        raise NetworkError(
            f"{folder} has no key ({error})", "Make one with scripts/network identity"
        ) from error
    for place in places:
        if place.identity.node_id == key.node_id:
            return place
    raise NetworkError(f"The key in {folder} is none of the identities'", "Name your own identity file too")


def assemble(
    folder: Path, plan: NetworkPlan, places: Sequence[Place], *, made_at_s: int, rpc: tuple[str, int]
) -> str:
    """Write all that the member whose key is in folder needs to run its validator; gives the genesis
    block's hash.

    The order of places does not count. rpc is where this member's own JSON-RPC listens; network.json takes
    the same port for the others, at their hosts. Refuses a folder that has a chain, identities that stand
    twice and a folder whose key is none of theirs.
    """
    ordered = sorted(places, key=lambda place: place.identity.name)
    check_members([place.identity.name for place in ordered])
    if len({(place.host, place.port) for place in ordered}) != len(ordered):
        raise NetworkError("Two members have the same host and port", "Give each its own")
    own, files = _own(folder, ordered), Folder(folder)
    if files.data.exists():
        raise NetworkError(f"{files.data} is there already", "Assemble in a folder with nothing but the key")
    members = [place.member(index) for index, place in enumerate(ordered, start=1)]
    genesis = genesis_of(
        GenesisPlan(chain_id=plan.chain_id, validators=[m.address for m in members], made_at_s=made_at_s)
    )
    files.genesis.write_text(json.dumps(genesis, indent=2) + "\n", encoding="utf-8")
    genesis_hash = engine.make_chain(engine.program(plan.clock), plan, folder)
    _write_start(files, plan, own=own, others=[place for place in ordered if place is not own], rpc=rpc)
    addresses = {
        index: Address(rpc=rpc if place is own else (place.host, rpc[1]), p2p=(place.host, place.port))
        for index, place in enumerate(ordered, start=1)
    }
    content = descriptor_of(
        plan, name="consortium", genesis_hash=genesis_hash, members=members, addresses=addresses
    )
    write_descriptor(folder / "network.json", content)
    return genesis_hash


def _write_start(
    files: Folder, plan: NetworkPlan, *, own: Place, others: Sequence[Place], rpc: tuple[str, int]
) -> None:
    dialled = [place.member(0).peer_url(place.host, place.port) for place in others]
    files.peers.write_text(json.dumps(dialled, indent=2) + "\n", encoding="utf-8")
    ranges = [place.range for place in others]
    arguments = engine.start_arguments(
        plan,
        address=own.identity.address,
        rpc=rpc,
        p2p_port=own.port,
        # Names can change their address: with one among the places, consensus alone decides who is let in.
        peers_within=[one for one in ranges if one is not None] if None not in ranges else [],
    )
    files.arguments.write_text("\n".join(arguments) + "\n", encoding="utf-8")
    unit = unit_of(name=own.identity.name, program=engine.PROGRAMS[plan.clock], arguments=arguments)
    files.unit.write_text(unit, encoding="utf-8")
