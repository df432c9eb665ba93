// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {LotId, NoteId, PartyId, lotId} from "../../../contracts/types/Ids.sol";
import {PackedLots} from "../../../contracts/types/PackedLots.sol";
import {LotState, PartyState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Assignments and their acceptance. Branches: Assign.tree. Wrong states: LotStates.t.sol and NoteStates.t.sol.
contract AssignTest is NoteFixture {
    bytes32 private constant TRADE = keccak256("trade");

    // --------------------------------------------------------------------------------------------------------- assign

    function test_assign_movesAtOnceToWhoAcceptedInAdvance() public {
        LotId root = _root(_live(900));
        _acceptAll(second);
        vm.expectEmit(address(ledger));
        emit ILots.LotAssigned(root, second, TRADE);
        vm.prank(keyOf[supplier]);
        LotId moved = ledger.assign(root, second, TRADE);
        vm.assertEq(LotId.unwrap(moved), LotId.unwrap(root), "the lot itself");
        _isLot(root, LotState.Free, 1, 900, second);
        _onLedger(
            supplier,
            abi.encodeCall(ledger.assign, (root, third, TRADE)),
            abi.encodeWithSelector(ILots.NotHolder.selector, root, supplier, second)
        );
    }

    function test_assign_ofALotInAPackedWordLeavesItsNeighbours() public {
        NoteId note = _live(70);
        _acceptAll(second);
        _acceptAll(third);
        _split(supplier, _root(note), _equal(second, 7, 10));
        for (uint16 moved = 0; moved < 7; ++moved) {
            _assign(second, lotId(note, 1, moved), third);
            for (uint16 i = 0; i < 7; ++i) {
                _isLot(lotId(note, 1, i), LotState.Free, 10 * i + 1, 10 * i + 10, i <= moved ? third : second);
            }
        }
    }

    function test_assign_isAnOfferToOthers() public {
        NoteId note = _live(900);
        LotId child = lotId(note, 1, 0);
        uint256[] memory words = new uint256[](1);
        words[0] =
            PackedLots.header(1, 1, 0, 0) | (PackedLots.pack(900, PartyId.unwrap(second), LotState.Offered) << 80);
        vm.expectEmit(address(ledger));
        emit ILots.LotSplit(_root(note), 1, words, TRADE);
        vm.prank(keyOf[supplier]);
        LotId moved = ledger.assign(_root(note), second, TRADE);
        vm.assertEq(LotId.unwrap(moved), LotId.unwrap(child), "the child offered");
        _isLot(child, LotState.Offered, 1, 900, supplier);
        vm.assertEq(PartyId.unwrap(ledger.lotOf(child).offeree), PartyId.unwrap(second), "offeree");
        _isLot(_root(note), LotState.Split, 1, 900, supplier);
    }

    function test_assign_toASuspendedPartyIsOnlyAnOffer() public {
        LotId root = _root(_live(900));
        _acceptAll(second);
        vm.prank(REGISTRAR);
        ledger.setPartyState(second, PartyState.Suspended);
        LotId moved = _assign(supplier, root, second);
        _isLot(moved, LotState.Offered, 1, 900, supplier);
    }

    function test_assign_refuses() public {
        NoteId note = _live(900);
        LotId root = _root(note);
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        _refusesAssign(root, second, 0, abi.encodeWithSelector(ILots.TradeBackgroundMissing.selector));
        _refusesAssign(root, supplier, TRADE, abi.encodeWithSelector(ILots.AssigneeHoldsIt.selector, root));
        _refusesAssign(root, debtor, TRADE, abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, note));
        _refusesAssign(root, unknown, TRADE, abi.encodeWithSelector(ILots.AssigneeUnknown.selector, unknown));
        PartyId nobody = PartyId.wrap(0);
        _refusesAssign(root, nobody, TRADE, abi.encodeWithSelector(ILots.AssigneeUnknown.selector, nobody));
        _onLedger(
            second,
            abi.encodeCall(ledger.assign, (root, third, TRADE)),
            abi.encodeWithSelector(ILots.NotHolder.selector, root, second, supplier)
        );
    }

    function test_assign_toTheDebtorIsRefusedThoughItAcceptsAll() public {
        NoteId note = _live(900);
        _acceptAll(debtor);
        _refusesAssign(_root(note), debtor, TRADE, abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, note));
        _onLedger(
            supplier,
            abi.encodeCall(ledger.split, (_root(note), _two(supplier, 1, debtor, 899), TRADE)),
            abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, note)
        );
    }

    // ---------------------------------------------------------------------------------------- accept, reject, revoke

    function test_accept_makesTheOffereeTheHolder() public {
        LotId lot = _lotIn(LotState.Offered, 900);
        vm.expectEmit(address(ledger));
        emit ILots.LotAccepted(lot);
        vm.prank(keyOf[second]);
        ledger.accept(lot);
        _isLot(lot, LotState.Free, 1, 900, second);
        _assign(second, lot, third);
    }

    function test_accept_byNobodyElse() public {
        LotId lot = _lotIn(LotState.Offered, 900);
        PartyId[3] memory others = [supplier, third, debtor];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory expected = abi.encodeWithSelector(ILots.NotHolder.selector, lot, others[i], second);
            _onLedger(others[i], abi.encodeCall(ledger.accept, (lot)), expected);
            _onLedger(others[i], abi.encodeWithSignature("reject(uint128)", lot), expected);
        }
    }

    function test_reject_givesTheLotBack() public {
        LotId lot = _lotIn(LotState.Offered, 900);
        vm.expectEmit(address(ledger));
        emit ILots.LotReturned(lot, supplier, false);
        vm.prank(keyOf[second]);
        ledger.reject(lot);
        _isLot(lot, LotState.Free, 1, 900, supplier);
        _assign(supplier, lot, third);
    }

    function test_reject_ofAnOfferDeepInTheTreeGoesBackToItsOwnAssignor() public {
        NoteId note = _live(900);
        _acceptAll(second);
        _split(supplier, _root(note), _two(supplier, 300, second, 600));
        uint24 segment = _split(second, lotId(note, 1, 1), _two(third, 200, second, 400));
        LotId offered = lotId(note, segment, 0);
        _isLot(offered, LotState.Offered, 301, 500, second);
        vm.prank(keyOf[third]);
        ledger.reject(offered);
        _isLot(offered, LotState.Free, 301, 500, second);
    }

    function test_revoke_byTheAssignorOnly() public {
        LotId lot = _lotIn(LotState.Offered, 900);
        PartyId[3] memory others = [second, third, debtor];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLedger(
                others[i],
                abi.encodeCall(ledger.revoke, (lot)),
                abi.encodeWithSelector(ILots.NotHolder.selector, lot, others[i], supplier)
            );
        }
        vm.expectEmit(address(ledger));
        emit ILots.LotReturned(lot, supplier, true);
        vm.prank(keyOf[supplier]);
        ledger.revoke(lot);
        _isLot(lot, LotState.Free, 1, 900, supplier);
    }

    function test_offers_endAtMaturityInReturnsOnly() public {
        LotId accepted = _lotIn(LotState.Offered, 900);
        LotId rejected = _lotIn(LotState.Offered, 900);
        LotId revoked = _lotIn(LotState.Offered, 900);
        vm.warp(MATURITY);
        _onLedger(
            second,
            abi.encodeCall(ledger.accept, (accepted)),
            abi.encodeWithSelector(ILots.NoteNotTransferable.selector, accepted.noteOf())
        );
        vm.prank(keyOf[second]);
        ledger.reject(rejected);
        vm.prank(keyOf[supplier]);
        ledger.revoke(revoked);
        _isLot(rejected, LotState.Free, 1, 900, supplier);
        _isLot(revoked, LotState.Free, 1, 900, supplier);
    }

    // ---------------------------------------------------------------------------------------------------- acknowledge

    function test_acknowledge_recordsTheHolder() public {
        NoteId note = _live(900);
        _acceptAll(second);
        _assign(supplier, _root(note), second);
        vm.expectEmit(address(ledger));
        emit ILots.AssignmentAcknowledged(_root(note), second);
        vm.prank(keyOf[debtor]);
        ledger.acknowledge(_root(note));
    }

    function test_acknowledge_ofAnOfferNamesTheAssignor() public {
        LotId lot = _lotIn(LotState.Offered, 900);
        vm.expectEmit(address(ledger));
        emit ILots.AssignmentAcknowledged(lot, supplier);
        vm.prank(keyOf[debtor]);
        ledger.acknowledge(lot);
    }

    function test_acknowledge_refuses() public {
        LotId split = _lotIn(LotState.Split, 900);
        _onLedger(
            debtor,
            abi.encodeCall(ledger.acknowledge, (split)),
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, split, LotState.Split, LotState.Free)
        );
        LotId unknown = _lotIn(LotState.None, 900);
        _onLedger(
            debtor,
            abi.encodeCall(ledger.acknowledge, (unknown)),
            abi.encodeWithSelector(ILots.LotUnknown.selector, unknown)
        );
        _onLedger(
            supplier,
            abi.encodeCall(ledger.acknowledge, (split)),
            abi.encodeWithSelector(INotes.NotThisParty.selector, supplier, debtor)
        );
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _refusesAssign(LotId lot, PartyId to, bytes32 background, bytes memory expected) private {
        _onLedger(supplier, abi.encodeCall(ledger.assign, (lot, to, background)), expected);
    }

    function _isLot(LotId lot, LotState state, uint256 first, uint256 last, PartyId holder) private view {
        ILots.LotView memory current = ledger.lotOf(lot);
        vm.assertEq(uint256(current.state), uint256(state), "state of the lot");
        vm.assertEq(current.first, first, "first");
        vm.assertEq(current.last, last, "last");
        vm.assertEq(PartyId.unwrap(current.holder), PartyId.unwrap(holder), "holder");
    }
}
