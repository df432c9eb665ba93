// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IEncumbrable} from "../../../contracts/interfaces/IEncumbrable.sol";
import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IPledgeable} from "../../../contracts/interfaces/IPledgeable.sol";
import {
    ASSET_KIND_BILL,
    ASSET_KIND_LOT,
    ASSET_KIND_RECEIPT,
    AssetId,
    FinancingId,
    LotId,
    NoteId,
    PartyId,
    assetOfLot,
    lotId
} from "../../../contracts/types/Ids.sol";
import {LienState, LotState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: Liens.tree. Wrong states: LotStates.t.sol.
contract LiensTest is NoteFixture {
    bytes32 private constant WHY = keccak256("why");
    FinancingId private constant NO_LOAN = FinancingId.wrap(0);

    // --------------------------------------------------------------------------------------------------------- pledge

    function test_pledge_encumbersTheLot() public {
        LotId lot = _root(_live(900));
        AssetId asset = assetOfLot(lot);
        ILienRegistry.Pledge memory terms = _pledgeTerms(lot, funder, 500);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienPlaced(
            asset, 1, funder, supplier, 500, NO_LOAN, START, terms.agreementHash, terms.registrationHash
        );
        vm.prank(keyOf[supplier]);
        liens.pledge(terms);
        ILienRegistry.Lien memory lien = liens.lienOf(asset);
        vm.assertEq(uint256(lien.state), uint256(LienState.Active), "state");
        vm.assertEq(PartyId.unwrap(lien.pledgee), PartyId.unwrap(funder), "pledgee");
        vm.assertEq(lien.securedMinor, 500, "secured");
        vm.assertEq(lien.registeredAt, START, "registered");
        vm.assertEq(lien.sequence, 1, "sequence");
        vm.assertEq(FinancingId.unwrap(lien.financing), 0, "of no loan");
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Pledged), "lot");
        vm.assertEq(PartyId.unwrap(ledger.holderOf(asset)), PartyId.unwrap(supplier), "the pledgor holds it");
    }

    function test_pledge_onceAndOnlyOnce() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        _refusesPledge(
            supplier,
            _pledgeTerms(lot, rival, 1),
            abi.encodeWithSelector(ILienRegistry.AssetEncumbered.selector, assetOfLot(lot))
        );
    }

    function test_pledge_byTheHolderOnly() public {
        LotId lot = _root(_live(900));
        PartyId[3] memory others = [second, debtor, rival];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesPledge(
                others[i],
                _pledgeTerms(lot, funder, 1),
                abi.encodeWithSelector(ILots.NotHolder.selector, lot, others[i], supplier)
            );
        }
        LotId offered = _lotIn(LotState.Offered, 900);
        bytes memory expected =
            abi.encodeWithSelector(ILots.UnexpectedLotState.selector, offered, LotState.Offered, LotState.Free);
        _refusesPledge(second, _pledgeTerms(offered, funder, 1), expected);
        _refusesPledge(supplier, _pledgeTerms(offered, funder, 1), expected);
    }

    function test_pledge_refusesTermsThatMakeNoSense() public {
        LotId lot = _root(_live(900));
        ILienRegistry.Pledge memory terms = _pledgeTerms(lot, funder, 0);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.SecuredAmountZero.selector));
        terms = _pledgeTerms(lot, supplier, 1);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.PledgeeIsPledgor.selector, supplier));
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        terms = _pledgeTerms(lot, unknown, 1);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.PledgeeUnknown.selector, unknown));
        terms.pledgee = PartyId.wrap(0);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.PledgeeUnknown.selector, terms.pledgee));
        terms = _pledgeTerms(lot, funder, 1);
        terms.agreementHash = 0;
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.AgreementHashMissing.selector));
        terms = _pledgeTerms(lot, funder, 1);
        terms.registeredAt = START + 1;
        _refusesPledge(
            supplier, terms, abi.encodeWithSelector(ILienRegistry.RegisteredInFuture.selector, START + 1, START)
        );
    }

    function test_pledge_refusesAssetsOfUnknownKinds() public {
        ILienRegistry.Pledge memory terms = _pledgeTerms(_root(_live(900)), funder, 1);
        terms.asset = AssetId.wrap((uint256(7) << 248) | 1);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.AssetKindUnknown.selector, 7));
        terms.asset = AssetId.wrap(1);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.AssetKindUnknown.selector, 0));
    }

    /// @dev A lien under another spelling of the lot would not be found at settlement, and would stop it for everybody.
    function test_pledge_refusesOtherSpellingsOfALot() public {
        LotId lot = _root(_live(900));
        for (uint256 bit = 128; bit < 248; ++bit) {
            ILienRegistry.Pledge memory terms = _pledgeTerms(lot, funder, 1);
            terms.asset = AssetId.wrap(AssetId.unwrap(terms.asset) | (1 << bit));
            _refusesPledge(supplier, terms, abi.encodeWithSelector(IEncumbrable.AssetUnknown.selector, terms.asset));
            vm.expectRevert(abi.encodeWithSelector(IEncumbrable.AssetUnknown.selector, terms.asset));
            ledger.holderOf(terms.asset);
        }
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "lot");
    }

    function test_pledge_refusesALotThatDoesNotExist() public {
        LotId unknown = lotId(_live(900), 1, 0);
        _refusesPledge(
            supplier, _pledgeTerms(unknown, funder, 1), abi.encodeWithSelector(ILots.LotUnknown.selector, unknown)
        );
    }

    // -------------------------------------------------------------------------------------------------------- release

    function test_release_byThePledgeeFreesTheLot() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        AssetId asset = assetOfLot(lot);
        PartyId[3] memory others = [supplier, rival, debtor];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(
                keyOf[others[i]],
                address(liens),
                abi.encodeCall(liens.release, (asset, WHY)),
                abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, asset, others[i])
            );
        }
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienReleased(asset, 1, WHY);
        vm.prank(keyOf[funder]);
        liens.release(asset, WHY);
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Released), "lien");
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "lot");

        _pledge(supplier, lot, rival, 7);
        vm.assertEq(liens.lienOf(asset).sequence, 2, "second lien of the lot");
    }

    function test_release_stillPossibleWhenTheNoteIsNotLive() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        vm.warp(MATURITY + 1 days);
        ledger.markOverdue(lot.noteOf());
        vm.prank(ARBITER);
        ledger.writeOff(lot.noteOf(), WHY);
        vm.prank(keyOf[funder]);
        liens.release(assetOfLot(lot), WHY);
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "lot");
    }

    // --------------------------------------------------------------------------------------------- collect, discharge

    function test_collect_takesAtMostWhatIsSecured() public {
        LotId lot = _root(_live(900));
        AssetId asset = _pledge(supplier, lot, funder, 500);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienCollected(asset, 1, 300, 200);
        vm.prank(address(settlement));
        vm.assertEq(liens.collect(asset, 300), 300, "less than secured");
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienCollected(asset, 1, 200, 0);
        vm.prank(address(settlement));
        vm.assertEq(liens.collect(asset, 300), 200, "the rest");
        vm.prank(address(settlement));
        vm.assertEq(liens.collect(asset, 300), 0, "nothing left");
    }

    function test_collect_isNotForLoans() public {
        LotId lot = _root(_live(900));
        FinancingId loan = _drawnDown(lot, 500);
        _refused(
            address(settlement),
            address(liens),
            abi.encodeCall(liens.collect, (assetOfLot(lot), 1)),
            abi.encodeWithSelector(ILienRegistry.LienOfLoan.selector, assetOfLot(lot), loan)
        );
    }

    function test_discharge_endsTheLien() public {
        LotId lot = _lotIn(LotState.Pledged, 900);
        AssetId asset = assetOfLot(lot);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienDischarged(asset, 1);
        vm.prank(address(settlement));
        liens.discharge(asset);
        vm.assertEq(uint256(liens.lienOf(asset).state), uint256(LienState.Discharged), "lien");
        vm.assertEq(uint256(ledger.lotOf(lot).state), uint256(LotState.Free), "lot");
    }

    function test_place_byAModuleForItsLoan() public {
        LotId lot = _root(_live(900));
        vm.prank(address(financing));
        liens.place(_pledgeTerms(lot, funder, 900), supplier, FinancingId.wrap(7));
        vm.assertEq(FinancingId.unwrap(liens.lienOf(assetOfLot(lot)).financing), 7, "loan");
        LotId other = _root(_live(900));
        _refused(
            address(financing),
            address(liens),
            abi.encodeCall(liens.place, (_pledgeTerms(other, funder, 900), second, FinancingId.wrap(8))),
            abi.encodeWithSelector(ILots.NotHolder.selector, other, second, supplier)
        );
    }

    // --------------------------------------------------------------------------------------------------- setAssetKind

    function test_setAssetKind_namesTheContractThatHoldsTheAssets() public {
        vm.assertEq(liens.assetKind(ASSET_KIND_RECEIPT), address(warehouse), "receipts");
        vm.assertEq(liens.assetKind(ASSET_KIND_BILL), address(bills), "bills of lading");
        vm.assertEq(liens.assetKind(7), address(0), "nothing");
        vm.expectEmit(address(liens));
        emit ILienRegistry.AssetKindSet(7, address(warehouse));
        vm.prank(GOVERNOR);
        liens.setAssetKind(7, address(warehouse));
        vm.assertEq(liens.assetKind(7), address(warehouse), "another kind");
        // The warehouse knows receipts only: another kind sent its way names no receipt of it.
        ILienRegistry.Pledge memory terms = _pledgeTerms(_root(_live(900)), funder, 1);
        terms.asset = AssetId.wrap((uint256(7) << 248) | 1);
        _refusesPledge(supplier, terms, abi.encodeWithSelector(IPledgeable.AssetUnknown.selector, terms.asset));
        vm.prank(GOVERNOR);
        liens.setAssetKind(7, address(0));
        _refusesPledge(supplier, terms, abi.encodeWithSelector(ILienRegistry.AssetKindUnknown.selector, 7));
    }

    /// @dev Lots are the ledger's: nobody puts another contract, or none, in its place.
    function test_setAssetKind_notOfLots() public {
        uint8[2] memory taken = [0, ASSET_KIND_LOT];
        for (uint256 i = 0; i < taken.length; ++i) {
            _refused(
                GOVERNOR,
                address(liens),
                abi.encodeCall(liens.setAssetKind, (taken[i], address(warehouse))),
                abi.encodeWithSelector(ILienRegistry.AssetKindTaken.selector, taken[i])
            );
        }
        _pledge(supplier, _root(_live(900)), funder, 1);
    }

    function test_encumber_twoNotesDoNotShareALien() public {
        NoteId a = _live(900);
        NoteId b = _live(900);
        _pledge(supplier, _root(a), funder, 900);
        vm.assertEq(uint256(liens.lienOf(assetOfLot(_root(b))).state), uint256(LienState.None), "other note");
        _pledge(supplier, _root(b), rival, 900);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _refusesPledge(PartyId actor, ILienRegistry.Pledge memory terms, bytes memory expected) private {
        _refused(keyOf[actor], address(liens), abi.encodeCall(liens.pledge, (terms)), expected);
    }
}
