"""Whether the contracts of a deployment are this version's: their code, and what was put into it at creation.

Solidity leaves room in the code for values that a constructor decides. There, the code on the chain may say
what this version does not know; where it says an address, it must be one of the deployment's own contracts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from web3 import Web3

from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.errors import unavailable
from counterfoil.chain.rpc import Rpc, RpcError

_WORD = 32
_ADDRESS = 20
# Smaller values are lengths, times and numbers of chains.
_LARGEST_NUMBER = 2**64


def unlike_contracts(web3: Web3, deployment: Deployment) -> tuple[str, ...]:
    """Names of contracts whose code is not this version's, or is joined to something else.

    Raises ChainError(Unavailable) where the node gives no code.
    """
    rpc = Rpc(web3)
    known = {bytes.fromhex(each.address[2:]) for each in deployment.contracts.values()}
    found = []
    for name, contract in deployment.contracts.items():
        try:
            code = bytes.fromhex(rpc.request("eth_getCode", contract.address, "latest")[2:])
        except RpcError as refused:
            raise unavailable(f"eth_getCode: {refused}") from refused
        path = ARTIFACT_DIRECTORY / f"{contract.artifact}.json"
        if not _is_like(code, json.loads(path.read_text(encoding="utf-8")), known):
            found.append(name)
    return tuple(found)


def _is_like(code: bytes, artifact: Mapping[str, Any], known: set[bytes]) -> bool:
    compiled = bytes.fromhex(artifact["deployedBytecode"][2:])
    if len(code) != len(compiled):
        return False
    stated, expected = bytearray(code), bytearray(compiled)
    for start in _places(artifact):
        word = code[start : start + _WORD]
        if _names_an_address(word) and word[-_ADDRESS:] not in known:
            return False
        stated[start : start + _WORD] = expected[start : start + _WORD] = bytes(_WORD)
    return stated == expected


def _places(artifact: Mapping[str, Any]) -> Iterator[int]:
    for places in artifact["immutableReferences"].values():
        yield from (int(place["start"]) for place in places)


def _names_an_address(word: bytes) -> bool:
    return not any(word[: _WORD - _ADDRESS]) and int.from_bytes(word) >= _LARGEST_NUMBER
