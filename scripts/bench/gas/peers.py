"""What the peers use for the operations that they have. Every receiver held nothing before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from compile_peers import compile_peers
from eth_account.signers.local import LocalAccount
from meter import Meter, Reading
from web3.contract import Contract

BATCHES = (20, 100)
AMOUNT = 1_000_000
PART = 1_234
LOOPED = "a loop over single transfers in one call; the standard has no such function"


def _fresh(label: str, count: int) -> list[str]:
    return [Meter.account(f"{label} {index}").address for index in range(count)]


def _stranger(label: str) -> str:
    return Meter.account(label).address


def _multi_token(
    meter: Meter, by: LocalAccount, system: str, token: Contract, transfer: Any
) -> Iterator[Reading]:
    """The three multi-token contracts differ in the arguments of their transfer alone."""
    token_id = 7
    meter.run(token.functions.mint(_stranger(f"{system} first"), token_id, AMOUNT), by)
    meter.run(token.functions.mint(by.address, token_id, AMOUNT), by)
    mint = token.functions.mint(_stranger(f"{system} mint"), token_id, AMOUNT)
    yield Reading(system=system, operation="mint to a new holder", gas=meter.gas(mint, by))
    part = transfer(_stranger(f"{system} part"), token_id)
    yield Reading(system=system, operation="partial transfer to a new holder", gas=meter.gas(part, by))
    for count in BATCHES:
        batch = token.functions.distribute(token_id, _fresh(f"{system} {count}", count), [PART] * count)
        yield Reading(
            system=system,
            operation=f"split to {count} new holders",
            gas=meter.gas(batch, by),
            records=count,
            note=LOOPED,
        )


def _openzeppelin_1155(meter: Meter, by: LocalAccount, token: Contract) -> Iterator[Reading]:
    def transfer(to: str, token_id: int) -> Any:
        return token.functions.safeTransferFrom(by.address, to, token_id, PART, b"")

    return _multi_token(meter, by, "OpenZeppelin ERC1155", token, transfer)


def _solady_1155(meter: Meter, by: LocalAccount, token: Contract) -> Iterator[Reading]:
    def transfer(to: str, token_id: int) -> Any:
        return token.functions.safeTransferFrom(by.address, to, token_id, PART, b"")

    return _multi_token(meter, by, "Solady ERC1155", token, transfer)


def _solady_6909(meter: Meter, by: LocalAccount, token: Contract) -> Iterator[Reading]:
    def transfer(to: str, token_id: int) -> Any:
        return token.functions.transfer(to, token_id, PART)

    return _multi_token(meter, by, "Solady ERC6909", token, transfer)


def _unique_token(meter: Meter, by: LocalAccount, system: str, token: Contract) -> Iterator[Reading]:
    meter.run(token.functions.mint(_stranger(f"{system} first"), 1), by)
    mint = token.functions.mint(by.address, 2)
    yield Reading(system=system, operation="mint to a new holder", gas=meter.gas(mint, by))
    meter.run(token.functions.mint(by.address, 3), by)
    whole = token.functions.transferFrom(by.address, _stranger(f"{system} whole"), 2)
    yield Reading(system=system, operation="whole transfer to a new holder", gas=meter.gas(whole, by))


def _erc721a(meter: Meter, by: LocalAccount, token: Contract) -> Iterator[Reading]:
    meter.run(token.functions.mint(_stranger("ERC721A first"), 1), by)
    one = token.functions.mint(_stranger("ERC721A one"), 1)
    yield Reading(system="ERC721A", operation="mint to a new holder", gas=meter.gas(one, by))
    for count in BATCHES:
        many = token.functions.mint(_stranger(f"ERC721A {count}"), count)
        yield Reading(
            system="ERC721A",
            operation=f"mint {count} to one new holder",
            gas=meter.gas(many, by),
            records=count,
            note="all to one holder, and none of them divisible",
        )


def _erc3525(meter: Meter, by: LocalAccount, token: Contract) -> Iterator[Reading]:
    system = "ERC-3525 reference"
    meter.run(token.functions.mint(_stranger("3525 first"), 1, AMOUNT), by)
    meter.run(token.functions.mint(by.address, 1, AMOUNT), by)
    mint = token.functions.mint(_stranger("3525 mint"), 1, AMOUNT)
    yield Reading(system=system, operation="mint to a new holder", gas=meter.gas(mint, by))
    split = token.get_function_by_signature("transferFrom(uint256,address,uint256)")
    existing = token.get_function_by_signature("transferFrom(uint256,uint256,uint256)")
    part = split(2, _stranger("3525 part"), PART)
    yield Reading(system=system, operation="partial transfer to a new holder", gas=meter.gas(part, by))
    value = existing(2, 1, PART)
    yield Reading(system=system, operation="partial transfer to an existing token", gas=meter.gas(value, by))
    for count in BATCHES:
        batch = token.functions.distribute(2, _fresh(f"3525 {count}", count), [PART] * count)
        yield Reading(
            system=system,
            operation=f"split to {count} new holders",
            gas=meter.gas(batch, by),
            records=count,
            note=LOOPED,
        )


def _cash(meter: Meter, by: LocalAccount, token: Contract) -> Iterator[Reading]:
    system = "OpenZeppelin ERC20"
    meter.run(token.functions.mint(by.address, AMOUNT * AMOUNT), by)
    for count in (*BATCHES, 500):
        holders = _fresh(f"ERC20 {count}", count)
        meter.run(token.functions.distribute(holders, [PART] * count), by)
        pay = token.functions.distribute(holders, [PART] * count)
        yield Reading(
            system=system,
            operation=f"pay {count} holders that have a balance",
            gas=meter.gas(pay, by),
            records=count,
            note="the money alone: no claim is settled, no pledge looked at",
        )


def _trade_trust(meter: Meter, by: LocalAccount, artifacts: dict[str, dict[str, Any]]) -> Iterator[Reading]:
    system = "TradeTrust registry"
    remark = b""
    factory = meter.deploy(artifacts["TitleEscrowFactory"], by)
    registry = meter.deploy(artifacts["TradeTrustToken"], by, "Peer", "PEER", factory.address)
    first = Meter.account("TradeTrust holder")
    second = Meter.account("TradeTrust next holder")
    meter.run(registry.functions.mint(first.address, first.address, 1, remark), by)
    mint = registry.functions.mint(first.address, first.address, 2, remark)
    yield Reading(system=system, operation="mint to a new holder", gas=meter.gas(mint, by))
    escrow = meter.at(artifacts["TitleEscrow"], registry.functions.ownerOf(2).call())
    steps = (
        ("nominate", escrow.functions.nominate(second.address, remark), first),
        ("transferHolder", escrow.functions.transferHolder(second.address, remark), first),
        ("endorse", escrow.functions.transferBeneficiary(second.address, remark), second),
        ("surrender", escrow.functions.returnToIssuer(remark), second),
        ("burn", registry.functions.burn(2, remark), by),
    )
    for operation, call, actor in steps:
        yield Reading(system=system, operation=operation, gas=meter.gas(call, actor))


def measure_peers(meter: Meter) -> Iterator[Reading]:
    """Every peer's readings, one after another."""
    artifacts = compile_peers()
    by = Meter.account("peers")
    yield from _openzeppelin_1155(meter, by, meter.deploy(artifacts["OpenZeppelinERC1155"], by))
    yield from _solady_1155(meter, by, meter.deploy(artifacts["SoladyToken1155"], by))
    yield from _solady_6909(meter, by, meter.deploy(artifacts["SoladyToken6909"], by))
    for system, name in (("OpenZeppelin ERC721", "OpenZeppelinERC721"), ("Solady ERC721", "SoladyToken721")):
        yield from _unique_token(meter, by, system, meter.deploy(artifacts[name], by))
    yield from _erc721a(meter, by, meter.deploy(artifacts["Erc721a"], by))
    yield from _erc3525(meter, by, meter.deploy(artifacts["Erc3525Reference"], by))
    yield from _cash(meter, by, meter.deploy(artifacts["OpenZeppelinERC20"], by))
    yield from _trade_trust(meter, by, artifacts)
