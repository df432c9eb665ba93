// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {ISettlement} from "../../../contracts/interfaces/ISettlement.sol";
import {AssetId, FinancingId, LotId, NoteId, PartyId, assetOfLot, lotId} from "../../../contracts/types/Ids.sol";
import {
    FinancingState,
    LienState,
    LotState,
    NoteState,
    PartyState,
    ROLE_CORE_ENTERPRISE
} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev A debtor whose key is a contract, paying two notes in one transaction.
contract PayerOfTwoNotes {
    function pay(
        ISettlement settlement,
        NoteId a,
        NoteId b,
        uint48 amountMinor,
        ILedgerModule.LotRange[] calldata ranges
    ) external {
        settlement.settle(a, amountMinor, ranges);
        settlement.settle(b, amountMinor, ranges);
    }
}

/// @dev The money of a settlement. Branches: Settlement.tree. Rounds: Payments.t.sol.
contract SettlementTest is NoteFixture {
    // ------------------------------------------------------------------------------------------------ holders of record

    function test_settle_paysEveryHolderOfRecord() public {
        NoteId note = _live(1000);
        _acceptAll(second);
        _acceptAll(third);
        _split(supplier, _root(note), _two(second, 300, third, 700));
        vm.warp(MATURITY);
        _fund(debtor, 1500);
        _settle(note, 1000, _range(1, 0, 1));
        vm.assertEq(_balance(second), 300, "second");
        vm.assertEq(_balance(third), 700, "third");
        vm.assertEq(_balance(debtor), 500, "debtor");
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Settled), "settled");
    }

    function test_settle_netsToOneBookingAParty() public {
        NoteId note = _live(700);
        _acceptAll(second);
        _acceptAll(third);
        ILots.Child[] memory children = new ILots.Child[](7);
        for (uint256 i = 0; i < 7; ++i) {
            children[i] = _child(i % 2 == 0 ? second : third, 100);
        }
        _split(supplier, _root(note), children);
        vm.warp(MATURITY);
        _fund(debtor, 700);
        uint256[] memory payments = new uint256[](1);
        payments[0] = _payment(second, 400, 0) | _payment(third, 300, 1);
        vm.expectEmit(address(cash));
        emit ICash.CashSettled(debtor, CNY, payments, bytes32(uint256(NoteId.unwrap(note))));
        _settle(note, 700, _range(1, 0, 6));
        vm.assertEq(_balance(second), 400, "second");
        vm.assertEq(_balance(third), 300, "third");
    }

    function test_settle_manyPartiesAreEachPaidTheirOwn() public {
        // Numbers that lie 256 apart and next to each other, so that any table of parties meets collisions.
        uint16 count = 300;
        NoteId note = _live(uint48(count) * (count + 1) / 2);
        ILots.Child[] memory children = new ILots.Child[](count);
        for (uint16 i = 0; i < count; ++i) {
            PartyId party = _registerKey(address(uint160(0x1000 + i)), 2);
            _acceptAll(party);
            children[i] = _child(party, i + 1);
        }
        _split(supplier, _root(note), children);
        vm.warp(MATURITY);
        uint48 face = ledger.noteOf(note).faceMinor;
        _fund(debtor, face);
        _settle(note, face, _range(1, 0, count - 1));
        for (uint16 i = 0; i < count; ++i) {
            vm.assertEq(_balance(children[i].holder), i + 1, "paid its own");
        }
    }

    function test_settle_anOfferedLotPaysTheAssignor() public {
        NoteId note = _live(900);
        _assign(supplier, _root(note), second);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settle(note, 900, _range(1, 0, 0));
        vm.assertEq(_balance(supplier), 900, "assignor");
        vm.assertEq(_balance(second), 0, "offeree");
    }

    function test_settle_aSuspendedHolderIsPaidOut() public {
        NoteId note = _matured(900);
        vm.prank(REGISTRAR);
        ledger.setPartyState(supplier, PartyState.Suspended);
        _fund(debtor, 900);
        _settleWhole(note, 900);
        vm.assertEq(_balance(supplier), 900, "paid out");
    }

    function test_settle_byTheDebtorWithItsOwnCash() public {
        NoteId note = _matured(900);
        bytes memory call_ = abi.encodeCall(settlement.settle, (note, 900, _range(0, 0, 0)));
        PartyId[3] memory others = [supplier, second, funder];
        for (uint256 i = 0; i < others.length; ++i) {
            _fund(others[i], 900);
            _refused(
                keyOf[others[i]],
                address(settlement),
                call_,
                abi.encodeWithSelector(ILedgerModule.NotDebtor.selector, note, others[i])
            );
        }
        _fund(debtor, 899);
        bytes memory short = abi.encodeWithSelector(ICash.CashInsufficient.selector, debtor, CNY, 899, 900);
        _refused(keyOf[debtor], address(settlement), call_, short);
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Matured), "nothing happened");
        vm.assertEq(uint256(ledger.lotOf(_root(note)).state), uint256(LotState.Free), "nothing happened");
    }

    function test_settle_twoNotesInOneTransaction() public {
        PayerOfTwoNotes payer = new PayerOfTwoNotes();
        debtor = _registerKey(address(payer), ROLE_CORE_ENTERPRISE);
        _acceptAll(second);
        _acceptAll(third);
        NoteId[2] memory notes = [_liveBy(payer, 100), _liveBy(payer, 100)];
        _split(supplier, _root(notes[0]), _two(second, 60, third, 40));
        _split(supplier, _root(notes[1]), _two(third, 70, second, 30));
        vm.warp(MATURITY);
        _fund(debtor, 200);
        payer.pay(settlement, notes[0], notes[1], 100, _range(1, 0, 1));
        vm.assertEq(_balance(second), 90, "second");
        vm.assertEq(_balance(third), 110, "third");
        vm.assertEq(_balance(debtor), 0, "debtor");
    }

    function test_settle_inSeveralCallsPaysAsItGoes() public {
        NoteId note = _live(100);
        _acceptAll(second);
        _acceptAll(third);
        _split(supplier, _root(note), _two(second, 60, third, 40));
        vm.warp(MATURITY);
        _fund(debtor, 100);
        _settle(note, 100, _range(1, 0, 0));
        vm.assertEq(_balance(second), 60, "second");
        vm.assertEq(_balance(debtor), 40, "only what was paid is taken");
        vm.expectEmit(address(ledger));
        emit ILedgerModule.NoteSettled(note, 100);
        _settle(note, 100, _range(1, 1, 1));
        vm.assertEq(_balance(third), 40, "third");
    }

    function test_settle_lateAndInParts() public {
        NoteId note = _noteIn(NoteState.Overdue, 900);
        _fund(debtor, 900);
        _settleWhole(note, 1);
        vm.assertEq(_balance(supplier), 1, "one cent");
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Overdue), "still overdue");
        _settleWhole(note, 899);
        vm.assertEq(_balance(supplier), 900, "all of it");
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Settled), "settled");
    }

    // --------------------------------------------------------------------------------------------- pledgee before pledgor

    function test_settle_aPledgeePaidBeforeItsPledgor() public {
        NoteId note = _live(900);
        AssetId asset = _pledge(supplier, _root(note), rival, 500);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienCollected(asset, 1, 500, 0);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(asset, 1);
        _settleWhole(note, 900);
        vm.assertEq(_balance(rival), 500, "pledgee");
        vm.assertEq(_balance(supplier), 400, "pledgor");
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Discharged), "lien");
    }

    function test_settle_aClaimAboveTheLotTakesAllOfIt() public {
        NoteId note = _live(900);
        AssetId asset = _pledge(supplier, _root(note), rival, 901);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(note, 900);
        vm.assertEq(_balance(rival), 900, "pledgee");
        vm.assertEq(_balance(supplier), 0, "pledgor");
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Discharged), "the asset has ended");
        vm.assertEq(liens.lienOf(asset).securedMinor, 1, "what the claim still lacks");
    }

    function test_settle_inPartsGivesThePledgeeEachPartUntilItIsPaid() public {
        NoteId note = _live(900);
        AssetId asset = _pledge(supplier, _root(note), rival, 500);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(note, 300);
        vm.assertEq(_balance(rival), 300, "all to the pledgee");
        vm.assertEq(liens.lienOf(asset).securedMinor, 200, "left to secure");
        vm.assertEq(uint256(ledger.lotOf(_root(note)).state), uint256(LotState.Pledged), "still pledged");
        _settleWhole(note, 200);
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Discharged), "paid out");
        vm.assertEq(uint256(ledger.lotOf(_root(note)).state), uint256(LotState.Free), "free again");
        _settleWhole(note, 400);
        vm.assertEq(_balance(rival), 500, "pledgee");
        vm.assertEq(_balance(supplier), 400, "pledgor");
    }

    function test_settle_aLoanTakesPrincipalAndInterestFirst() public {
        LotId lot = _root(_live(90_000));
        FinancingId id = _drawnDown(lot, 60_000);
        vm.warp(MATURITY);
        _fund(debtor, 90_000);
        _settleWhole(lot.noteOf(), 90_000);
        // 60,000 at 600 bps for 90 of 360 days: 900.
        vm.assertEq(_balance(funder), 60_900, "funder");
        vm.assertEq(_balance(supplier), 60_000 + 29_100, "borrower: drawdown and what is left");
        vm.assertEq(uint256(financing.financingOf(id).state), uint256(FinancingState.Repaid), "loan");
        vm.assertEq(financing.financingOf(id).repaidMinor, 60_900, "repaid");
        vm.assertEq(uint256(liens.lienOf(assetOfLot(lot)).state), uint256(LienState.Discharged), "lien");
    }

    function test_settle_aLoanAboveTheLotKeepsItsDebt() public {
        LotId lot = _root(_live(90_000));
        FinancingId id = _drawnDown(lot, 90_000);
        vm.warp(MATURITY);
        _fund(debtor, 90_000);
        _settleWhole(lot.noteOf(), 90_000);
        vm.assertEq(_balance(funder), 90_000, "funder");
        vm.assertEq(_balance(supplier), 90_000, "the drawdown");
        vm.assertEq(uint256(financing.financingOf(id).state), uint256(FinancingState.DrawnDown), "loan");
        (uint48 principal,) = financing.debtOf(id);
        vm.assertEq(principal, 1350, "90 days of interest came first");
        vm.assertEq(uint256(liens.lienOf(assetOfLot(lot)).state), uint256(LienState.Discharged), "lien");
        vm.prank(keyOf[supplier]);
        financing.repay(id, MAX_MINOR);
        vm.assertEq(uint256(financing.financingOf(id).state), uint256(FinancingState.Repaid), "repaid by itself");
    }

    function test_settle_netsAPledgeeThatAlsoHolds() public {
        NoteId note = _live(1000);
        _acceptAll(rival);
        _split(supplier, _root(note), _two(supplier, 900, rival, 100));
        _pledge(supplier, lotId(note, 1, 0), rival, 500);
        vm.warp(MATURITY);
        _fund(debtor, 1000);
        uint256[] memory payments = new uint256[](1);
        payments[0] = _payment(rival, 600, 0) | _payment(supplier, 400, 1);
        vm.expectEmit(address(cash));
        emit ICash.CashSettled(debtor, CNY, payments, bytes32(uint256(NoteId.unwrap(note))));
        _settle(note, 1000, _range(1, 0, 1));
    }

    function test_settle_aDebtorThatIsPledgeeKeepsItsShare() public {
        NoteId note = _live(900);
        _pledge(supplier, _root(note), debtor, 500);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(note, 900);
        vm.assertEq(_balance(debtor), 500, "debtor as pledgee");
        vm.assertEq(_balance(supplier), 400, "pledgor");
        vm.assertEq(cash.supplyOf(CNY), 900, "supply");
    }

    function test_settle_aShareOfNothingLeavesThePledgeAlone() public {
        NoteId note = _live(100);
        _split(supplier, _root(note), _two(supplier, 1, supplier, 99));
        AssetId asset = _pledge(supplier, lotId(note, 1, 0), rival, 1);
        FinancingId id = _drawnDown(lotId(note, 1, 1), 99);
        vm.warp(MATURITY);
        _fund(debtor, 100);
        _settle(note, 1, _range(1, 0, 1));
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Active), "lien of the lot that got nothing");
        vm.assertEq(liens.lienOf(asset).securedMinor, 1, "secured");
        vm.assertEq(financing.financingOf(id).repaidMinor, 1, "the other lot got the cent");
        _settle(note, 99, _range(1, 0, 1));
        vm.assertEq(_balance(rival), 1, "pledgee");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _liveBy(PayerOfTwoNotes payer, uint48 faceMinor) private returns (NoteId note) {
        note = _proposed(faceMinor);
        vm.prank(address(payer));
        ledger.confirm(note, faceMinor);
    }

    /// @dev Three to a word from the left, `amount 48 | party 24 | unused 8` each, then 16 unused bits.
    function _payment(PartyId party, uint256 amountMinor, uint256 place) private pure returns (uint256) {
        return ((amountMinor << 32) | (uint256(PartyId.unwrap(party)) << 8)) << (176 - 80 * place);
    }
}
