// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IFacilities} from "../../../contracts/interfaces/IFacilities.sol";
import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {AssetId, LotId, PartyId, ReceiptId} from "../../../contracts/types/Ids.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Remembers what it was called with.
contract Listener {
    bytes public heard;

    fallback() external {
        heard = msg.data;
    }
}

/// @dev How arguments are hashed and handed on. Branches: Instructions.tree.
contract InstructionArgumentsTest is InstructionFixture {
    struct Inner {
        uint8 a;
        address b;
    }

    struct Outer {
        Inner first;
        uint256 between;
        Inner second;
    }

    uint256 private constant FACILITY = 12;
    bytes4 private constant SELECTOR = 0x01020304;
    bytes32 private constant TYPE = keccak256("the message's type");
    bytes32 private constant PART_TYPE = keccak256("a struct's type");
    bytes32 private constant OTHER_TYPE = keccak256("another struct's type");

    Listener private _listener;
    uint256 private _shapes;

    function setUp() public override {
        super.setUp();
        _listener = new Listener();
    }

    // --------------------------------------------------------------------------------------------------------- words

    function test_arguments_ofWords() public {
        _hashes(hex"", "", "", "none");
        _hashes(hex"01", abi.encode(7), abi.encode(7), "one");
        bytes memory three = abi.encode(LotId.wrap(5), PartyId.wrap(6), keccak256("background"));
        _hashes(hex"03", three, three, "three");
        bytes memory kinds = abi.encode(true, address(this), int256(-1), bytes4(0xffffffff), type(uint256).max);
        _hashes(hex"05", kinds, kinds, "of every kind");
    }

    // --------------------------------------------------------------------------------------------- bytes and arrays

    function test_arguments_ofBytes() public {
        for (uint256 length = 0; length <= 97; length += length % 32 == 0 || length % 32 == 31 ? 1 : 15) {
            bytes memory content = _pattern(length);
            bytes memory fields = abi.encode(1, keccak256(content), keccak256("reason"));
            _hashes(hex"018001", abi.encode(1, content, keccak256("reason")), fields, "bytes between words");
        }
        bytes memory two = abi.encode(_pattern(33), "text of more than thirty-two letters");
        _hashes(
            hex"8080",
            two,
            abi.encode(keccak256(_pattern(33)), keccak256("text of more than thirty-two letters")),
            "bytes and string"
        );
    }

    function test_arguments_ofArraysOfWords() public {
        for (uint256 count = 0; count < 5; ++count) {
            bytes32[] memory words = new bytes32[](count);
            for (uint256 i = 0; i < count; ++i) {
                words[i] = keccak256(abi.encode(i));
            }
            bytes memory fields = abi.encode(9, keccak256(abi.encodePacked(words)), keccak256("hash"));
            _hashes(hex"01810101", abi.encode(9, words, keccak256("hash")), fields, "array between words");
        }
    }

    function test_arguments_ofArraysOfBytesAndArrays() public {
        bytes[] memory parts = new bytes[](3);
        (parts[0], parts[1], parts[2]) = (_pattern(31), "", _pattern(40));
        bytes32 joined = keccak256(abi.encode(keccak256(parts[0]), keccak256(""), keccak256(parts[2])));
        _hashes(hex"8180", abi.encode(parts), abi.encode(joined), "bytes[]");
        _hashes(hex"8180", abi.encode(new bytes[](0)), abi.encode(keccak256("")), "empty bytes[]");
        uint256[][] memory rows = new uint256[][](2);
        rows[0] = new uint256[](2);
        (rows[0][0], rows[0][1]) = (1, 2);
        bytes32 nested = keccak256(abi.encode(keccak256(abi.encode(1, 2)), keccak256("")));
        _hashes(hex"01818101", abi.encode(3, rows), abi.encode(3, nested), "uint256[][]");
    }

    // ------------------------------------------------------------------------------------------------------- structs

    function test_arguments_ofAStaticStruct() public {
        ILienRegistry.Pledge memory pledge = ILienRegistry.Pledge({
            asset: AssetId.wrap(1),
            pledgee: PartyId.wrap(2),
            securedMinor: 3,
            registeredAt: 4,
            agreementHash: keccak256("a"),
            registrationHash: keccak256("r")
        });
        bytes32 hashed = keccak256(bytes.concat(PART_TYPE, abi.encode(pledge)));
        _hashes(_static(hex"06"), abi.encode(pledge), abi.encode(hashed), "alone");
        _hashes(
            bytes.concat(hex"01", _static(hex"06"), hex"01"),
            abi.encode(8, pledge, 9),
            abi.encode(8, hashed, 9),
            "between words"
        );
    }

    function test_arguments_ofStructsInStructs() public {
        Outer memory outer = Outer(Inner(1, address(2)), 3, Inner(4, address(5)));
        bytes32 first = keccak256(abi.encode(OTHER_TYPE, 1, address(2)));
        bytes32 second_ = keccak256(abi.encode(OTHER_TYPE, 4, address(5)));
        bytes32 hashed = keccak256(abi.encode(PART_TYPE, first, 3, second_));
        bytes memory inner = abi.encodePacked(hex"82", OTHER_TYPE, hex"0102");
        bytes memory shape = _static(bytes.concat(inner, hex"01", inner));
        _hashes(shape, abi.encode(outer), abi.encode(hashed), "alone");
        Outer[] memory outers = new Outer[](2);
        (outers[0], outers[1]) = (outer, outer);
        bytes32 both = keccak256(abi.encode(hashed, hashed));
        _hashes(bytes.concat(hex"81", shape), abi.encode(outers), abi.encode(both), "in an array");
    }

    function test_arguments_ofArraysOfStaticStructs() public {
        for (uint256 count = 0; count < 4; ++count) {
            ILots.Child[] memory children = new ILots.Child[](count);
            bytes memory hashes;
            for (uint256 i = 0; i < count; ++i) {
                children[i] = ILots.Child(uint48(100 + i), PartyId.wrap(uint24(i)));
                hashes = bytes.concat(hashes, keccak256(abi.encode(PART_TYPE, 100 + i, i)));
            }
            _hashes(
                bytes.concat(hex"0181", _static(hex"02"), hex"01"),
                abi.encode(5, children, keccak256("background")),
                abi.encode(5, keccak256(hashes), keccak256("background")),
                "split"
            );
        }
    }

    function test_arguments_ofADynamicStruct() public {
        INotes.Proposal memory proposal = _proposal(_oneShare(keccak256("invoice"), 7, 8));
        bytes32 share = keccak256(abi.encode(OTHER_TYPE, keccak256("invoice"), 7, 8));
        bytes32 hashed = keccak256(
            abi.encode(
                PART_TYPE, debtor, supplier, CNY, MATURITY, keccak256("terms"), keccak256(abi.encodePacked(share))
            )
        );
        bytes memory shape = _dynamic(bytes.concat(hex"0581", abi.encodePacked(hex"82", OTHER_TYPE, hex"0103")));
        _hashes(shape, abi.encode(proposal), abi.encode(hashed), "alone");
        bytes memory both = abi.encode(proposal, 6, proposal);
        _hashes(bytes.concat(shape, hex"01", shape), both, abi.encode(hashed, 6, hashed), "twice");
    }

    function test_arguments_ofArraysOfDynamicStructs() public {
        IReceipts.Source[] memory sources = new IReceipts.Source[](2);
        sources[0] = IReceipts.Source(ReceiptId.wrap(3), new bytes32[](1));
        sources[1] = IReceipts.Source(ReceiptId.wrap(4), new bytes32[](0));
        IReceipts.Seal memory seal = IReceipts.Seal(START, _pattern(65));
        bytes32 first = keccak256(abi.encode(PART_TYPE, 3, keccak256(abi.encode(bytes32(0)))));
        bytes32 last = keccak256(abi.encode(PART_TYPE, 4, keccak256("")));
        bytes32 sealed_ = keccak256(abi.encode(PART_TYPE, START, keccak256(_pattern(65))));
        _hashes(
            bytes.concat(hex"0181", _dynamic(hex"018101"), hex"01", _dynamic(hex"0180")),
            abi.encode(2, sources, keccak256("root"), seal),
            abi.encode(2, keccak256(abi.encode(first, last)), keccak256("root"), sealed_),
            "merge"
        );
    }

    function test_arguments_ofAFacilitysTerms() public {
        IFacilities.Terms memory terms;
        (terms.borrower, terms.currency, terms.principalMinor) = (supplier, CNY, 900);
        terms.registrationHash = keccak256("registration");
        terms.goods = new IFacilities.GoodTerms[](1);
        terms.goods[0] = IFacilities.GoodTerms(keccak256("steel"), 1000);
        terms.assets = new AssetId[](2);
        terms.assets[1] = AssetId.wrap(77);
        bytes32 good = keccak256(abi.encode(OTHER_TYPE, keccak256("steel"), 1000));
        // The words before the two lists: behind the struct's offset.
        bytes memory args = abi.encode(FACILITY, terms);
        bytes memory words = new bytes(17 * 32);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = args[64 + i];
        }
        bytes32 hashed = keccak256(
            bytes.concat(
                PART_TYPE, words, keccak256(abi.encodePacked(good)), keccak256(abi.encode(uint256(0), uint256(77)))
            )
        );
        bytes memory goods = bytes.concat(hex"81", abi.encodePacked(hex"82", OTHER_TYPE, hex"0102"));
        bytes memory shape = bytes.concat(hex"01", _dynamic(bytes.concat(hex"11", goods, hex"8101")));
        _hashes(shape, args, abi.encode(FACILITY, hashed), "acceptFacility");
    }

    // ---------------------------------------------------------------------------------------------------- other forms

    function test_arguments_inNoOtherForm() public {
        bytes memory shape = bytes.concat(hex"0181", _static(hex"02"), hex"80");
        bytes32 typeHash = _routed(shape);
        ILots.Child[] memory children = new ILots.Child[](2);
        bytes memory content = _pattern(33);
        bytes memory args = abi.encode(5, children, content);
        vm.assertEq(args.length, 352, "three heads, five words of children, three of bytes");
        _sound(typeHash, args);
        _odd(typeHash, bytes.concat(args, bytes32(0)), "a word more");
        _odd(typeHash, bytes.concat(args, bytes1(0)), "a byte more");
        _odd(typeHash, _cut(args, 1), "a byte less");
        _odd(typeHash, _cut(args, 32), "a word less");
        _odd(typeHash, _cut(args, 352), "nothing");
        _odd(typeHash, _with(args, 1, 97), "children begin a byte later");
        _odd(typeHash, _with(args, 1, 64), "children begin among the heads");
        _odd(typeHash, _with(args, 1, 256), "children begin where the bytes do");
        _odd(typeHash, _with(args, 2, 96), "bytes begin where the children do");
        _odd(typeHash, _with(args, 2, type(uint256).max), "bytes begin nowhere");
        _odd(typeHash, _with(args, 3, 1), "a child less");
        _odd(typeHash, _with(args, 3, 3), "a child more");
        _odd(typeHash, _with(args, 3, 1 << 250), "so many children that their size overflows");
        _odd(typeHash, _with(args, 3, type(uint256).max), "the most children");
        _odd(typeHash, _with(args, 8, 31), "bytes shorter by a word");
        _odd(typeHash, _with(args, 8, 65), "bytes longer by a word");
        _odd(typeHash, _with(args, 8, type(uint256).max), "the most bytes");
        _odd(typeHash, _with(args, 8, type(uint256).max - 31), "as many as overflow to none");
        uint256 last = uint256(bytes32(_wordOf(args, 10)));
        _odd(typeHash, _with(args, 10, last | 1), "something in the padding");
    }

    /// @dev Whatever one byte is changed to, the digest is another one or there is none.
    function testFuzz_arguments_oneDigestOneCalldata(uint256 place, uint8 change) public {
        vm.assume(change != 0);
        bytes memory shape =
            bytes.concat(hex"0181", _dynamic(hex"018101"), hex"01", _dynamic(hex"0180"), _static(hex"02"));
        bytes32 typeHash = _routed(shape);
        IReceipts.Source[] memory sources = new IReceipts.Source[](2);
        sources[0] = IReceipts.Source(ReceiptId.wrap(3), new bytes32[](2));
        sources[1] = IReceipts.Source(ReceiptId.wrap(4), new bytes32[](1));
        bytes memory args = abi.encode(2, sources, START, IReceipts.Seal(START, _pattern(65)), Inner(1, address(2)));
        bytes32 digest = _sound(typeHash, args);
        place %= args.length;
        args[place] = bytes1(uint8(args[place]) ^ change);
        (bool done, bytes memory answer) = _digestOf(typeHash, args);
        if (done) vm.assertTrue(abi.decode(answer, (bytes32)) != digest, "another digest");
        else vm.assertEq(answer, _malformed(typeHash), "or none");
    }

    function testFuzz_arguments_rubbishIsRefusedInTheSameWords(bytes memory args) public {
        bytes memory shape = bytes.concat(hex"81", _dynamic(hex"018101"), hex"80");
        bytes32 typeHash = _routed(shape);
        (bool done, bytes memory answer) = _digestOf(typeHash, args);
        if (!done) vm.assertEq(answer, _malformed(typeHash), "one error");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev Hashed to these fields, signed, carried out, and handed on with the key behind it.
    function _hashes(bytes memory shape, bytes memory args, bytes memory fields, string memory why) private {
        bytes32 typeHash = _routed(shape);
        IInstructions.Instruction memory telling = _instruction(DEBTOR_SECRET, typeHash, args, fields, _shapes);
        bytes32 structHash = keccak256(abi.encodePacked(typeHash, fields, _shapes, uint256(DEADLINE)));
        vm.assertEq(instructions.digestOf(telling), _digest(structHash), why);
        instructions.execute(telling);
        vm.assertEq(_listener.heard(), abi.encodePacked(SELECTOR, args, telling.key), why);
    }

    function _routed(bytes memory shape) private returns (bytes32 typeHash) {
        typeHash = keccak256(abi.encode(TYPE, ++_shapes));
        _route(typeHash, address(_listener), SELECTOR, shape);
    }

    function _static(bytes memory fields) private pure returns (bytes memory) {
        return abi.encodePacked(hex"82", PART_TYPE, uint8(fields.length), fields);
    }

    function _dynamic(bytes memory fields) private pure returns (bytes memory) {
        return abi.encodePacked(hex"83", PART_TYPE, uint8(fields.length), fields);
    }

    function _pattern(uint256 length) private pure returns (bytes memory content) {
        content = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            content[i] = bytes1(uint8(i + 1));
        }
    }

    function _digestOf(bytes32 typeHash, bytes memory args) private view returns (bool done, bytes memory answer) {
        IInstructions.Instruction memory telling;
        (telling.typeHash, telling.args) = (typeHash, args);
        return address(instructions).staticcall(abi.encodeCall(instructions.digestOf, (telling)));
    }

    function _sound(bytes32 typeHash, bytes memory args) private view returns (bytes32) {
        (bool done, bytes memory answer) = _digestOf(typeHash, args);
        vm.assertTrue(done, "the standard form");
        return abi.decode(answer, (bytes32));
    }

    function _odd(bytes32 typeHash, bytes memory args, string memory why) private {
        IInstructions.Instruction memory telling;
        (telling.typeHash, telling.args, telling.deadline) = (typeHash, args, DEADLINE);
        _invalid(telling, _malformed(typeHash), why);
        (bool done, bytes memory answer) = _digestOf(typeHash, args);
        vm.assertFalse(done, why);
        vm.assertEq(answer, _malformed(typeHash), why);
    }

    function _wordOf(bytes memory args, uint256 word) private pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(add(args, 32), mul(word, 32)))
        }
    }

    function _with(bytes memory args, uint256 word, uint256 value) private pure returns (bytes memory changed) {
        changed = bytes.concat(args);
        assembly ("memory-safe") {
            mstore(add(add(changed, 32), mul(word, 32)), value)
        }
    }

    function _cut(bytes memory args, uint256 count) private pure returns (bytes memory shorter) {
        shorter = bytes.concat(args);
        assembly ("memory-safe") {
            mstore(shorter, sub(mload(shorter), count))
        }
    }
}
