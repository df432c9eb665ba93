"""Headers and receipts are computed anew, and nothing that was changed passes for what its hash says."""

from __future__ import annotations

import random
from typing import Any

import pytest
import rlp
from eth_utils import keccak
from trie import HexaryTrie

from counterfoil.chain.endpoints.seal_trust import SealTrust
from counterfoil.chain.engines import KAIA_ISTANBUL
from counterfoil.chain.engines.istanbul_headers import istanbul_quorum, read_istanbul_header
from counterfoil.chain.engines.ordered_trie import root_of_list
from counterfoil.chain.engines.profile import UnverifiableError
from counterfoil.chain.engines.rlp_bytes import list_of, number_of, text_of
from endpoints.sealed_chain import BEGAN_S, SealedChain, keys_of

EXTRA = (
    "0xd883010003846b6c617988676f312e32362e38856c696e757800000000000000f90164f85494988fb246d3b41b452efe"
    "aead362a0706198adac5949c781cf0b01fa71edc31a832832167faee468ad694c676b0fe18651821906577cb036f7a14a4"
    "42b8dc94d6f016c2d2e0eec80423280fe6971ada3d06790db841532c044eed3115dd1911f89389e75aad619a9b030bf7cb"
    "a2bf2b08761f98678d2e34e81e9d66f2cebd32cd226d5f31c9fe8832a6ea679c92ef59fb641a4f8c1401f8c9b8410873fb"
    "7d35d26fb8cecfbb28fb8554f43cd851e24279d19c6ca0b176c60af1f25ce5fe661a431e6a85afc4817ab621ad0e6d7977"
    "683e4773cd6b3bd7142f78fe00b841982e337b3a2f08eedd185a21ecfe45f08018748696fd397cb962bcfab5226e5c126b"
    "d23378604bc22616ac2fe11baf50a9f34ebae8da957420dc44cb382efe4a00b841d21a39cec999c811ea1090479eadbf46"
    "fddd4201f30029a51a7005b661891e015b4a6635e7124ba44aa24884a30fd002c60011118d32ddd4dee00ec41bdd370001"
)
# Block 32 of a network of four validators that ran Kaia 1.0.3, as kaia_getHeaderByNumber gave it.
OF_A_REAL_NETWORK: dict[str, Any] = {
    "baseFeePerGas": "0x0",
    "blockScore": "0x1",
    "extraData": EXTRA,
    "gasUsed": "0x0",
    "governanceData": "0x",
    "hash": "0xd675e1449a8974d1e545ed04d8edd16ded1eaf703e1301eb604214c9343cc09c",
    "logsBloom": "0x" + "00" * 256,
    "number": "0x20",
    "parentHash": "0xdc730ae5bcd1da158c0e13d70c0d2a9bbbbc4fb9b6223680f624fa4ebb235437",
    "receiptsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "reward": "0xd6f016c2d2e0eec80423280fe6971ada3d06790d",
    "stateRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "timestamp": "0x6b031df2",
    "timestampFoS": "0x0",
    "transactionsRoot": "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
    "voteData": "0x",
}


def test_header_of_a_real_network() -> None:
    header = read_istanbul_header(OF_A_REAL_NETWORK)
    assert header.number == 32
    assert header.block_hash == OF_A_REAL_NETWORK["hash"]
    assert len(header.validators) == 4
    assert len(header.sealed_by) == 3 == istanbul_quorum(4)
    assert header.sealed_by < header.validators


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("parentHash", "0x" + "11" * 32),
        ("stateRoot", "0x" + "11" * 32),
        ("receiptsRoot", "0x" + "11" * 32),
        ("transactionsRoot", "0x" + "11" * 32),
        ("logsBloom", "0x01" + "00" * 255),
        ("timestamp", "0x6b031df3"),
        ("number", "0x21"),
        ("gasUsed", "0x1"),
        ("reward", "0x" + "11" * 20),
        ("voteData", "0x01"),
    ],
)
def test_no_field_can_be_changed(field: str, value: str) -> None:
    with pytest.raises(UnverifiableError, match="do not hash"):
        read_istanbul_header({**OF_A_REAL_NETWORK, field: value})


def test_a_changed_seal_is_another_ones() -> None:
    extra = OF_A_REAL_NETWORK["extraData"]
    changed = extra.replace("0873fb7d", "0873fb7e")
    assert changed != extra
    with pytest.raises(UnverifiableError):
        read_istanbul_header({**OF_A_REAL_NETWORK, "extraData": changed})


@pytest.mark.parametrize("extra", ["0x", "0x" + "00" * 32, "0x" + "00" * 32 + "c0", "0x" + "00" * 31, "text"])
def test_extra_data_of_another_form_is_no_header(extra: str) -> None:
    with pytest.raises(UnverifiableError):
        read_istanbul_header({**OF_A_REAL_NETWORK, "extraData": extra})


def test_a_seal_counts_once() -> None:
    chain = SealedChain()
    founding = chain.validators
    chain.validators = [founding[0], founding[0], founding[1], founding[2]]
    chain.grow()
    with pytest.raises(UnverifiableError, match="sealed the block twice"):
        read_istanbul_header(chain.blocks[1])


# -- whom to believe --


def test_blocks_are_followed_from_the_genesis_block() -> None:
    chain = SealedChain()
    chain.grow(5)
    trust = SealTrust(_headers(), genesis_hash=chain.blocks[0]["hash"])
    header = trust.verify(chain.blocks[5], lambda number: chain.blocks[number])
    assert header.time_s == BEGAN_S + 5
    assert trust.known(chain.blocks[5]["hash"]) == header
    assert trust.known(chain.blocks[4]["hash"]) is None


def test_another_genesis_block_is_refused() -> None:
    chain, other = SealedChain(), SealedChain(salt="other")
    other.grow(1)
    trust = SealTrust(_headers(), genesis_hash=chain.blocks[0]["hash"])
    with pytest.raises(UnverifiableError, match="the genesis block is"):
        trust.verify(other.blocks[1], lambda number: other.blocks[number])


def test_too_few_seals_are_refused() -> None:
    chain = SealedChain()
    chain.grow(seals=2)
    trust = SealTrust(_headers(), genesis_hash=chain.blocks[0]["hash"])
    with pytest.raises(UnverifiableError, match="has 2 seals of its 4 validators; it needs 3"):
        trust.verify(chain.blocks[1], lambda number: chain.blocks[number])


def test_validators_that_nobody_let_in_are_refused() -> None:
    chain = SealedChain()
    chain.grow(3)
    forged = chain.fork(3)
    forged.validators = keys_of("intruders")
    forged.grow(5)
    trust = SealTrust(_headers(), genesis_hash=chain.blocks[0]["hash"])
    with pytest.raises(UnverifiableError, match="too few of the validators of block 2 have sealed block 3"):
        trust.verify(forged.blocks[7], lambda number: forged.blocks[number])


def test_validators_that_change_one_by_one_are_followed() -> None:
    chain = SealedChain()
    newcomers = keys_of("newcomers")
    for newcomer in newcomers:
        chain.grow(10)
        chain.validators = [*chain.validators[1:], newcomer]
    chain.grow(10)
    asked: list[int] = []

    def fetch(number: int) -> dict[str, Any]:
        asked.append(number)
        return chain.blocks[number]

    trust = SealTrust(_headers(), genesis_hash=chain.blocks[0]["hash"])
    trust.verify(chain.blocks[50], fetch)
    assert 0 < len(asked) < 12
    # An older block is judged by the validators of its own time.
    for number in (49, 3, 25, 15):
        trust.verify(chain.blocks[number], fetch)


def test_validators_that_change_all_at_once_are_not_followed() -> None:
    chain = SealedChain()
    chain.grow(10)
    chain.validators = keys_of("newcomers")
    chain.grow(10)
    trust = SealTrust(_headers(), genesis_hash=chain.blocks[0]["hash"])
    with pytest.raises(UnverifiableError, match="too few of the validators of block 10"):
        trust.verify(chain.blocks[20], lambda number: chain.blocks[number])


def _headers() -> Any:
    return KAIA_ISTANBUL.headers


# -- encodings --


def test_encoding_is_that_of_the_library() -> None:
    made = random.Random(7)
    for size in [0, 1, 2, 54, 55, 56, 57, 255, 256, 70_000]:
        content = made.randbytes(size)
        assert text_of(content) == rlp.encode(content)
        listed = [content, b"", b"\x7f", b"\x80"]
        assert list_of(text_of(each) for each in listed) == rlp.encode(listed)
    for value in [0, 1, 127, 128, 255, 256, 2**64, 2**255]:
        assert number_of(value) == rlp.encode(rlp.sedes.big_endian_int.serialize(value))


@pytest.mark.parametrize("count", [0, 1, 2, 16, 127, 128, 129, 300])
@pytest.mark.parametrize("longest", [2, 40, 700])
def test_root_of_a_list_is_that_of_the_library(count: int, longest: int) -> None:
    made = random.Random(count)
    items = [made.randbytes(made.randint(1, longest)) for _ in range(count)]
    trie = HexaryTrie({})
    for place, item in enumerate(items):
        trie[rlp.encode(place)] = item
    assert root_of_list(items) == trie.root_hash


def test_root_of_nothing() -> None:
    assert root_of_list([]) == keccak(rlp.encode(b""))
