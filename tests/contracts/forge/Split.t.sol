// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {LotId, NoteId, PartyId, lotId} from "../../../contracts/types/Ids.sol";
import {PackedLots} from "../../../contracts/types/PackedLots.sol";
import {LotState} from "../../../contracts/types/States.sol";
import {CounterFixture} from "./support/CounterFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: Split.tree. Wrong states: LotStates.t.sol and NoteStates.t.sol.
contract SplitTest is CounterFixture {
    bytes32 private constant TRADE = keccak256("trade");
    uint256 private constant MAX_CHILDREN = 4095;

    // ------------------------------------------------------------------------------------------------------- success

    function test_split_inTwo_cutsTheRange() public {
        NoteId note = _live(1000);
        _acceptAll(second);
        uint256[] memory words = new uint256[](1);
        words[0] = PackedLots.header(1, 2, 0, 0) | (PackedLots.pack(400, PartyId.unwrap(supplier), LotState.Free) << 80)
            | PackedLots.pack(1000, PartyId.unwrap(second), LotState.Free);
        vm.expectEmit(address(ledger));
        emit ILots.LotSplit(_root(note), 1, words, TRADE);
        vm.prank(keyOf[supplier]);
        uint24 segment = ledger.split(_root(note), _two(supplier, 400, second, 600), TRADE);

        vm.assertEq(segment, 1, "segment");
        vm.assertEq(ledger.noteOf(note).segmentCount, 2, "segments");
        _isLot(lotId(note, 1, 0), LotState.Free, 1, 400, supplier);
        _isLot(lotId(note, 1, 1), LotState.Free, 401, 1000, second);
        _isLot(_root(note), LotState.Split, 1, 1000, supplier);
        vm.assertEq(abi.encode(ledger.segmentWords(note, 1)), abi.encode(words), "words");
    }

    function test_split_offersWhatIsNotAcceptedInAdvance() public {
        NoteId note = _live(1000);
        vm.prank(keyOf[third]);
        ledger.setStandingAcceptance(debtor, true);
        ILots.Child[] memory children = new ILots.Child[](3);
        (children[0], children[1], children[2]) = (_child(second, 1), _child(third, 2), _child(supplier, 997));
        _split(supplier, _root(note), children);
        ILots.LotView memory offered = ledger.lotOf(lotId(note, 1, 0));
        vm.assertEq(uint256(offered.state), uint256(LotState.Offered), "offered");
        vm.assertEq(PartyId.unwrap(offered.holder), PartyId.unwrap(supplier), "the assignor holds it until then");
        vm.assertEq(PartyId.unwrap(offered.offeree), PartyId.unwrap(second), "offeree");
        _isLot(lotId(note, 1, 1), LotState.Free, 2, 3, third);
        _isLot(lotId(note, 1, 2), LotState.Free, 4, 1000, supplier);
    }

    function test_split_ofAChildInTheMiddleKeepsPositionsAndParent() public {
        NoteId note = _live(1000);
        _acceptAll(second);
        ILots.Child[] memory children = _equal(second, 10, 100);
        _split(supplier, _root(note), children);
        for (uint16 i = 0; i < 10; ++i) {
            _isLot(lotId(note, 1, i), LotState.Free, 100 * i + 1, 100 * i + 100, second);
        }
        uint24 segment = _split(second, lotId(note, 1, 7), _two(second, 99, second, 1));
        _isLot(lotId(note, segment, 0), LotState.Free, 701, 799, second);
        _isLot(lotId(note, segment, 1), LotState.Free, 800, 800, second);
        LotId parent = ledger.lotOf(lotId(note, segment, 1)).parent;
        vm.assertEq(LotId.unwrap(parent), LotId.unwrap(lotId(note, 1, 7)), "parent");
        _isLot(lotId(note, 1, 6), LotState.Free, 601, 700, second);
        _isLot(lotId(note, 1, 7), LotState.Split, 701, 800, second);
        _isLot(lotId(note, 1, 8), LotState.Free, 801, 900, second);
    }

    function test_split_withoutBackgroundAmongOnesOwn() public {
        NoteId note = _live(10);
        vm.prank(keyOf[supplier]);
        ledger.split(_root(note), _two(supplier, 5, supplier, 5), 0);
        _onLedger(
            supplier,
            abi.encodeCall(ledger.split, (lotId(note, 1, 0), _two(supplier, 1, second, 4), bytes32(0))),
            abi.encodeWithSelector(ILots.TradeBackgroundMissing.selector)
        );
    }

    function test_split_toEveryCent() public {
        NoteId note = _live(20);
        uint24 segment = _split(supplier, _root(note), _equal(supplier, 20, 1));
        for (uint16 i = 0; i < 20; ++i) {
            _isLot(lotId(note, segment, i), LotState.Free, i + 1, i + 1, supplier);
        }
        _refusesSplit(
            lotId(note, segment, 3),
            _two(supplier, 1, supplier, 1),
            abi.encodeWithSelector(ILots.SplitDoesNotAddUp.selector, lotId(note, segment, 3), 1, 2)
        );
    }

    // -------------------------------------------------------------------------------------------------------- limits

    function test_split_into4095ChildrenAndNotOneMore() public {
        NoteId note = _live(8190);
        bytes memory tooMany = abi.encodeWithSelector(ILots.TooManyChildren.selector, MAX_CHILDREN + 1, MAX_CHILDREN);
        _refusesSplit(_root(note), _equal(supplier, MAX_CHILDREN + 1, 2), tooMany);
        uint24 segment = _split(supplier, _root(note), _equal(supplier, MAX_CHILDREN, 2));
        _isLot(lotId(note, segment, 0), LotState.Free, 1, 2, supplier);
        _isLot(lotId(note, segment, 4094), LotState.Free, 8189, 8190, supplier);
        vm.assertEq(ledger.segmentWords(note, segment).length, 1366, "words");

        _assign(supplier, lotId(note, segment, 4094), second);
        LotId child = lotId(note, segment + 1, 0);
        LotId parent = ledger.lotOf(child).parent;
        vm.assertEq(LotId.unwrap(parent), LotId.unwrap(lotId(note, segment, 4094)), "parent with 12 bits of index");
        vm.prank(keyOf[second]);
        ledger.reject(child);
        _isLot(child, LotState.Free, 8189, 8190, supplier);
    }

    function test_lotOf_refusesIndicesThatNoLotHas() public {
        NoteId note = _live(8190);
        uint24 segment = _split(supplier, _root(note), _equal(supplier, MAX_CHILDREN, 2));
        LotId[5] memory unknown = [
            lotId(note, segment, 4095),
            lotId(note, segment, 4096),
            lotId(note, segment, type(uint16).max),
            lotId(note, segment + 1, 0),
            lotId(note, 0, 1)
        ];
        for (uint256 i = 0; i < unknown.length; ++i) {
            bytes memory expected = abi.encodeWithSelector(ILots.LotUnknown.selector, unknown[i]);
            vm.expectRevert(expected);
            ledger.lotOf(unknown[i]);
            _onLedger(supplier, abi.encodeCall(ledger.assign, (unknown[i], second, TRADE)), expected);
        }
    }

    function test_lotOf_refusesALotNumberWithMoreBitsThanALotHas() public {
        NoteId note = _live(10);
        LotId alias_ = LotId.wrap(LotId.unwrap(_root(note)) | (uint128(1) << 104));
        bytes memory expected = abi.encodeWithSelector(ILots.LotUnknown.selector, alias_);
        vm.expectRevert(expected);
        ledger.lotOf(alias_);
        _onLedger(supplier, abi.encodeCall(ledger.assign, (alias_, second, TRADE)), expected);
    }

    function test_split_atTheEndOf48Bits() public {
        NoteId note = _live(MAX_MINOR);
        LotId root = _root(note);
        _split(supplier, root, _two(supplier, MAX_MINOR - 1, supplier, 1));
        _isLot(lotId(note, 1, 0), LotState.Free, 1, MAX_MINOR - 1, supplier);
        _isLot(lotId(note, 1, 1), LotState.Free, MAX_MINOR, MAX_MINOR, supplier);
    }

    function test_split_refusesASumBeyond48Bits() public {
        NoteId note = _live(MAX_MINOR);
        bytes memory expected = abi.encodeWithSelector(
            ILots.SplitDoesNotAddUp.selector, _root(note), MAX_MINOR, uint256(MAX_MINOR) + MAX_MINOR
        );
        _refusesSplit(_root(note), _two(supplier, MAX_MINOR, supplier, MAX_MINOR), expected);
        // A sum that would wrap round to the right end is no way in either.
        ILots.Child[] memory children = new ILots.Child[](3);
        (children[0], children[1], children[2]) =
        (_child(supplier, MAX_MINOR), _child(supplier, MAX_MINOR), _child(supplier, 1));
        vm.prank(keyOf[supplier]);
        (bool done,) = address(ledger).call(abi.encodeCall(ledger.split, (_root(note), children, TRADE)));
        vm.assertFalse(done, "wrapped sum");
    }

    function test_split_refusesOnceSegmentsRunOut() public {
        NoteId note = _live(100);
        uint24 last = type(uint24).max;
        _setSegmentCount(note, last - 1);
        uint24 segment = _split(supplier, _root(note), _two(supplier, 50, supplier, 50));
        vm.assertEq(segment, last - 1, "last segment");
        _isLot(lotId(note, segment, 1), LotState.Free, 51, 100, supplier);
        bytes memory expected = abi.encodeWithSelector(ILots.TooManySegments.selector, note);
        _refusesSplit(lotId(note, segment, 1), _two(supplier, 25, supplier, 25), expected);
        _onLedger(supplier, abi.encodeCall(ledger.assign, (lotId(note, segment, 1), second, TRADE)), expected);
    }

    function test_split_toThePartyWithTheLargestNumber() public {
        NoteId note = _live(10);
        _setPartyCount(type(uint24).max - 1);
        PartyId last = _registerKey(_account("last"), 2);
        _acceptAll(last);
        _split(supplier, _root(note), _two(last, 4, supplier, 6));
        _isLot(lotId(note, 1, 0), LotState.Free, 1, 4, last);
        _isLot(lotId(note, 1, 1), LotState.Free, 5, 10, supplier);
    }

    // ------------------------------------------------------------------------------------------------------- refusals

    function test_split_refusesFewerThanTwoChildren() public {
        NoteId note = _live(10);
        for (uint256 count = 0; count < 2; ++count) {
            _refusesSplit(
                _root(note), _equal(supplier, count, 10), abi.encodeWithSelector(ILots.ChildrenMissing.selector, count)
            );
        }
    }

    function test_split_refusesAZeroChild() public {
        NoteId note = _live(10);
        bytes memory zero = abi.encodeWithSelector(IInvoices.ZeroAmount.selector);
        _refusesSplit(_root(note), _two(supplier, 0, supplier, 10), zero);
        _refusesSplit(_root(note), _two(supplier, 10, supplier, 0), zero);
    }

    function test_split_refusesWhatDoesNotAddUp() public {
        NoteId note = _live(1000);
        for (uint48 sum = 999; sum <= 1001; sum += 2) {
            _refusesSplit(
                _root(note),
                _two(supplier, 400, supplier, sum - 400),
                abi.encodeWithSelector(ILots.SplitDoesNotAddUp.selector, _root(note), 1000, sum)
            );
        }
        _split(supplier, _root(note), _two(supplier, 400, supplier, 600));
        LotId child = lotId(note, 1, 1);
        for (uint48 sum = 599; sum <= 601; sum += 2) {
            _refusesSplit(
                child,
                _two(supplier, 1, supplier, sum - 1),
                abi.encodeWithSelector(ILots.SplitDoesNotAddUp.selector, child, 600, sum)
            );
        }
    }

    function test_split_refusesHoldersThatCannotHold() public {
        NoteId note = _live(10);
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        _refusesSplit(
            _root(note), _two(supplier, 5, debtor, 5), abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, note)
        );
        _refusesSplit(
            _root(note), _two(supplier, 5, unknown, 5), abi.encodeWithSelector(ILots.AssigneeUnknown.selector, unknown)
        );
        _refusesSplit(
            _root(note),
            _two(PartyId.wrap(0), 5, supplier, 5),
            abi.encodeWithSelector(ILots.AssigneeUnknown.selector, PartyId.wrap(0))
        );
    }

    function test_split_refusesAnybodyButTheHolder() public {
        NoteId note = _live(10);
        PartyId[3] memory others = [second, debtor, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLedger(
                others[i],
                abi.encodeCall(ledger.split, (_root(note), _two(others[i], 5, supplier, 5), TRADE)),
                abi.encodeWithSelector(ILots.NotHolder.selector, _root(note), others[i], supplier)
            );
        }
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _refusesSplit(LotId lot, ILots.Child[] memory children, bytes memory expected) private {
        _onLedger(supplier, abi.encodeCall(ledger.split, (lot, children, TRADE)), expected);
    }

    function _isLot(LotId lot, LotState state, uint256 first, uint256 last, PartyId holder) private view {
        ILots.LotView memory current = ledger.lotOf(lot);
        vm.assertEq(uint256(current.state), uint256(state), "state of the lot");
        vm.assertEq(current.first, first, "first");
        vm.assertEq(current.last, last, "last");
        vm.assertEq(PartyId.unwrap(current.holder), PartyId.unwrap(holder), "holder");
    }
}
