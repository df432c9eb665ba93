"""Cycles and distances in the graph of who owes whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

Edges = Mapping[int, Collection[int]]
"""Each node's successors, in a fixed order, so that results are the same on every run."""


@dataclass(slots=True)
class _Search:
    """The state of one depth-first search. order: the number at which a node was met."""

    edges: Edges
    order: dict[int, int] = field(default_factory=dict)
    lowest: dict[int, int] = field(default_factory=dict)
    open_nodes: list[int] = field(default_factory=list)
    is_open: set[int] = field(default_factory=set)

    def from_root(self, root: int) -> Iterator[tuple[int, ...]]:
        """Components that this root reaches. A loop and no recursion: a supply chain may be long."""
        path = [(root, iter(self.edges.get(root, ())))]
        self._meet(root)
        while path:
            node, successors = path[-1]
            fresh = next((each for each in successors if self._is_fresh(node, each)), None)
            if fresh is not None:
                self._meet(fresh)
                path.append((fresh, iter(self.edges.get(fresh, ()))))
                continue
            path.pop()
            if path:
                above = path[-1][0]
                self.lowest[above] = min(self.lowest[above], self.lowest[node])
            if self.lowest[node] == self.order[node]:
                yield self._close(node)

    def _is_fresh(self, node: int, successor: int) -> bool:
        if successor not in self.order:
            return True
        if successor in self.is_open:
            self.lowest[node] = min(self.lowest[node], self.order[successor])
        return False

    def _meet(self, node: int) -> None:
        self.order[node] = self.lowest[node] = len(self.order)
        self.open_nodes.append(node)
        self.is_open.add(node)

    def _close(self, node: int) -> tuple[int, ...]:
        members = []
        while True:
            last = self.open_nodes.pop()
            self.is_open.discard(last)
            members.append(last)
            if last == node:
                return tuple(sorted(members))


def cycles_in(edges: Edges) -> tuple[tuple[int, ...], ...]:
    """Groups of nodes that reach each other and themselves (Tarjan 1972), each sorted, in a fixed order."""
    search = _Search(edges)
    found = []
    for root in edges:
        if root in search.order:
            continue
        for members in search.from_root(root):
            if len(members) > 1 or members[0] in edges.get(members[0], ()):
                found.append(members)
    return tuple(sorted(found))


def distances_from(sources: Iterable[int], edges: Edges) -> dict[int, int]:
    """The shortest distance of every node that can be reached; sources have 0."""
    found = dict.fromkeys(sources, 0)
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        for successor in edges.get(node, ()):
            if successor not in found:
                found[successor] = found[node] + 1
                waiting.append(successor)
    return found
