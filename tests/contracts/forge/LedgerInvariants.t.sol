// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInvoices} from "../../../contracts/interfaces/IInvoices.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {
    AssetId,
    CurrencyCode,
    FinancingId,
    LotId,
    NoteId,
    PartyId,
    assetOfLot,
    lotId
} from "../../../contracts/types/Ids.sol";
import {FinancingState, LienState, LotState, NoteState} from "../../../contracts/types/States.sol";
import {HandlerBase} from "./handlers/HandlerBase.sol";
import {LedgerHandler} from "./handlers/LedgerHandler.sol";
import {TierTree} from "./support/TierTree.sol";
import {vm} from "./support/Vm.sol";

/// @dev Whatever the parties do in whatever order, the books are right. docs/invariants.md numbers the invariants.
contract LedgerInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    LedgerHandler private _handler;
    LedgerHandler.World private _world;
    uint24 private constant PARTIES = 6;
    CurrencyCode private constant CNY = CurrencyCode.wrap(156);

    /// @dev Bits of the states that a run has seen.
    uint256 private _notesSeen;
    uint256 private _lotsSeen;
    uint256 private _liensSeen;
    uint256 private _financingsSeen;

    function setUp() public {
        _handler = new LedgerHandler();
        _handler.setUp();
        _world = _handler.world();
    }

    /// @dev forge asks for these two.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(_handler), _handler.selectors());
    }

    // ------------------------------------------------------------------------------------------------------ invariants

    /// @dev Between the calls of a run forge looks at intervals; at the end of each run this looks in any case.
    function afterInvariant() external view {
        invariant_theBooksAreRight();
    }

    function invariant_theBooksAreRight() public view {
        uint256 count = _world.ledger.noteCount();
        for (uint64 i = 1; i <= count; ++i) {
            NoteId note = NoteId.wrap(i);
            INotes.NoteView memory record = _world.ledger.noteOf(note);
            TierTree.Leaf[] memory leaves = TierTree.leavesOf(_world.ledger, note);
            _lotsPartitionTheFace(record, leaves);
            _holdersHoldWhatTheyShould(note, leaves);
            _pledgedMeansALien(leaves);
            _historyCarriesNoLien(note, record.segmentCount);
            vm.assertEq(
                _world.liens.lienOf(assetOfLot(lotId(note, 0, 0))).blocks, _handler.blocks(note), "5: open blocks"
            );
            _paidIsWhatTheDebtorPaid(note, record, leaves);
        }
        _invoicesCarryAtMostTheirCapacity();
        _cashIsWhatTheBankIssued();
        _contractsHoldNothing();
        vm.assertEq(_handler.wrongMoves(), 0, "2: a lot moved without its holder");
    }

    /// @dev 1. The live sub-ranges of a note partition 1..face.
    function _lotsPartitionTheFace(INotes.NoteView memory record, TierTree.Leaf[] memory leaves) private pure {
        uint256 next = 1;
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assertEq(leaves[i].first, next, "1: a gap or an overlap");
            vm.assertGe(leaves[i].last, leaves[i].first, "1: an empty lot");
            next = uint256(leaves[i].last) + 1;
        }
        bool opened = record.segmentCount != 0;
        vm.assertEq(next, opened ? uint256(record.faceMinor) + 1 : 1, "1: lots are not the face");
    }

    /// @dev 2. A lot has one holder, and moves by nobody's hand but its own.
    function _holdersHoldWhatTheyShould(NoteId note, TierTree.Leaf[] memory leaves) private view {
        uint256[] memory sums = new uint256[](PARTIES + 1);
        for (uint256 i = 0; i < leaves.length; ++i) {
            sums[PartyId.unwrap(leaves[i].holder)] += uint256(leaves[i].last) - leaves[i].first + 1;
        }
        for (uint24 party = 1; party <= PARTIES; ++party) {
            vm.assertEq(sums[party], _handler.held(note, PartyId.wrap(party)), "2: held");
        }
    }

    /// @dev 5. An asset carries at most one lien, and a pledged one exactly one.
    function _pledgedMeansALien(TierTree.Leaf[] memory leaves) private view {
        for (uint256 i = 0; i < leaves.length; ++i) {
            bool active = _world.liens.lienOf(assetOfLot(leaves[i].lot)).state == LienState.Active;
            vm.assertEq(leaves[i].state == LotState.Pledged, active, "5: pledged and lien differ");
        }
    }

    function _historyCarriesNoLien(NoteId note, uint256 segments) private view {
        for (uint256 segment = 0; segment < segments; ++segment) {
            uint256 lots = TierTree.lotsIn(_world.ledger, note, segment);
            for (uint256 index = 0; index < lots; ++index) {
                LotId lot = lotId(note, segment, index);
                if (_world.ledger.lotOf(lot).state != LotState.Split) continue;
                bool active = _world.liens.lienOf(assetOfLot(lot)).state == LienState.Active;
                vm.assertFalse(active, "5: a lien on history");
            }
        }
    }

    /// @dev 8. A settled cent is paid once: the debtor has paid what the note says, and never more than it owed.
    function _paidIsWhatTheDebtorPaid(NoteId note, INotes.NoteView memory record, TierTree.Leaf[] memory leaves)
        private
        view
    {
        uint256 owed = uint256(record.faceMinor) - record.reducedMinor;
        vm.assertLe(record.paidMinor + uint256(record.disputedMinor), owed, "8: paid or disputed beyond what is owed");
        vm.assertLe(_handler.paidFor(note), owed, "8: the debtor paid too much");
        if (_handler.roundCursor(note) != 0) return;
        vm.assertEq(_handler.paidFor(note), record.paidMinor, "8: paid is not what the debtor paid");
        bool settled = record.state == NoteState.Settled;
        if (settled) vm.assertEq(record.paidMinor, owed, "8: settled is not paid");
        uint256 booked;
        for (uint256 i = 0; i < leaves.length; ++i) {
            vm.assertEq(leaves[i].state == LotState.Settled, settled, "8: note and lots differ");
            booked += _world.ledger.paidOnLot(leaves[i].lot);
        }
        if (!settled) vm.assertEq(booked, record.paidMinor, "8: booked on the lots");
    }

    /// @dev 4. Notes over an invoice never exceed its capacity.
    function _invoicesCarryAtMostTheirCapacity() private view {
        uint256 count = _handler.fingerprintCount();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 fingerprint = _handler.fingerprints(i);
            IInvoices.InvoiceRecord memory record = _world.ledger.invoiceOf(fingerprint);
            vm.assertEq(record.usedMinor, _handler.used(fingerprint), "4: used is not the sum of the notes");
            vm.assertLe(uint256(record.usedMinor) + record.creditedMinor, record.payableMinor, "4: beyond the capacity");
        }
    }

    /// @dev 7. Cash in equals cash out.
    function _cashIsWhatTheBankIssued() private view {
        uint256 sum;
        uint24 parties = _world.ledger.partyCount();
        vm.assertEq(parties, PARTIES, "parties");
        for (uint24 party = 1; party <= parties; ++party) {
            sum += _world.cash.balanceOf(PartyId.wrap(party), CNY);
        }
        vm.assertEq(sum, _world.cash.supplyOf(CNY), "7: balances are not the supply");
        vm.assertEq(sum, _handler.issuedMinor() - _handler.redeemedMinor(), "7: supply is not issued less redeemed");
    }

    /// @dev 7. Contracts end with nothing in hand: no coin, and no key of a party that could own cash or lots.
    function _contractsHoldNothing() private view {
        address[10] memory contracts = [
            address(_world.authority),
            address(_world.ledger),
            address(_world.cash),
            address(_world.liens),
            address(_world.financing),
            address(_world.settlement),
            address(_world.warehouse),
            address(_world.bills),
            address(_world.prices),
            address(_world.facilities)
        ];
        for (uint256 i = 0; i < contracts.length; ++i) {
            vm.assertEq(contracts[i].balance, 0, "7: a contract holds coin");
            (bool isParty,) = address(_world.ledger).staticcall(abi.encodeCall(_world.ledger.actorOf, (contracts[i])));
            vm.assertFalse(isParty, "7: a contract is a party");
        }
    }

    // --------------------------------------------------------------------------------------------- the handlers reach all

    /// @dev The same actions driven by a fixed sequence: each succeeds, and every state there is occurs. A guard against
    /// handlers that silently stop doing anything.
    function test_handlersReachEveryActionAndState() public {
        vm.pauseGasMetering();
        for (uint256 world = 0; world < 6; ++world) {
            setUp();
            for (uint256 step = 0; step < 200; ++step) {
                this.walk(uint256(keccak256(abi.encode("walk", world, step))));
            }
            invariant_theBooksAreRight();
            _count();
        }
        for (uint256 action = 0; action <= uint256(type(HandlerBase.Action).max); ++action) {
            vm.assertGt(_times[action], 0, string.concat("action never succeeded: ", vm.toString(action)));
        }
        vm.assertEq(_notesSeen | 1, _all(uint256(type(NoteState).max)), "states of notes");
        vm.assertEq(_lotsSeen | 1, _all(uint256(type(LotState).max)), "states of lots");
        vm.assertEq(_liensSeen | 1, _all(uint256(type(LienState).max)), "states of liens");
        vm.assertEq(_financingsSeen | 1, _all(uint256(type(FinancingState).max)), "states of financings");
    }

    /// @dev One step, in a call of its own so that its memory is given back.
    function walk(uint256 word) external {
        bytes4[] memory selectors = _handler.selectors();
        (bool done, bytes memory answer) =
            address(_handler).call(abi.encodeWithSelector(selectors[word % selectors.length], word));
        vm.assertTrue(done, string.concat("an action failed: ", string(answer)));
        _look();
    }

    mapping(uint256 action => uint256 times) private _times;

    function _count() private {
        for (uint256 action = 0; action <= uint256(type(HandlerBase.Action).max); ++action) {
            _times[action] += _handler.succeeded(HandlerBase.Action(action));
        }
    }

    function _look() private {
        uint256 notes = _world.ledger.noteCount();
        for (uint64 i = 1; i <= notes; ++i) {
            NoteId note = NoteId.wrap(i);
            _notesSeen |= 1 << uint256(_world.ledger.noteOf(note).state);
            TierTree.Leaf[] memory leaves = TierTree.leavesOf(_world.ledger, note);
            for (uint256 j = 0; j < leaves.length; ++j) {
                _lotsSeen |= 1 << uint256(leaves[j].state);
                if (leaves[j].segment != 0) _lotsSeen |= 1 << uint256(LotState.Split);
                _liensSeen |= 1 << uint256(_world.liens.lienOf(assetOfLot(leaves[j].lot)).state);
            }
            _lookAtHistory(note);
        }
        uint256 financings = _world.financing.financingCount();
        for (uint64 i = 1; i <= financings; ++i) {
            _financingsSeen |= 1 << uint256(_world.financing.financingOf(FinancingId.wrap(i)).state);
        }
    }

    function _lookAtHistory(NoteId note) private {
        uint256 segments = _world.ledger.noteOf(note).segmentCount;
        for (uint256 segment = 0; segment < segments; ++segment) {
            uint256 lots = TierTree.lotsIn(_world.ledger, note, segment);
            for (uint256 index = 0; index < lots; ++index) {
                AssetId asset = assetOfLot(lotId(note, segment, index));
                _liensSeen |= 1 << uint256(_world.liens.lienOf(asset).state);
            }
        }
    }

    function _all(uint256 last) private pure returns (uint256) {
        return (1 << (last + 1)) - 1;
    }
}
