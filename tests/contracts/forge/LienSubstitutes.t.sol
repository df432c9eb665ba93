// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {
    AssetId,
    FinancingId,
    LotId,
    PartyId,
    ReceiptId,
    assetOfLot,
    assetOfReceipt
} from "../../../contracts/types/Ids.sol";
import {LienState, LotState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev One asset in place of another, with both consents. Branches: LienSubstitutes.tree.
contract LienSubstitutesTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    LotId private _lot;
    AssetId private _asset;
    AssetId private _replacement;

    function setUp() public override {
        super.setUp();
        _lot = _root(_live(900));
        _asset = _pledge(supplier, _lot, funder, 500);
        _replacement = assetOfReceipt(_issued(2, 100));
    }

    // -------------------------------------------------------------------------------------------------------- propose

    function test_propose_recordsWhatTheHolderOffers() public {
        vm.expectEmit(address(liens));
        emit ILienRegistry.SubstituteProposed(_asset, _replacement, supplier);
        _propose(_replacement);
        vm.assertEq(uint256(liens.lienOf(_asset).state), uint256(LienState.Active), "nothing moves yet");
        (bool pledged,) = liens.encumbranceOf(_replacement);
        vm.assertFalse(pledged, "the replacement is free");
    }

    function test_propose_byTheHolderOfAPledgedAsset() public {
        PartyId[3] memory others = [funder, second, rival];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLiens(
                others[i],
                abi.encodeCall(liens.proposeSubstitute, (_asset, _replacement)),
                abi.encodeWithSelector(ILienRegistry.NotPledgor.selector, _asset, others[i])
            );
        }
        _refusesProposal(_asset, _asset, abi.encodeWithSelector(ILienRegistry.SubstituteIsAsset.selector, _asset));
        _refusesProposal(_replacement, _asset, abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, _replacement));
    }

    function test_propose_notForALoansLien() public {
        LotId lot = _root(_live(900));
        FinancingId loan = _drawnDown(lot, 500);
        _refusesProposal(
            assetOfLot(lot),
            _replacement,
            abi.encodeWithSelector(ILienRegistry.LienOfLoan.selector, assetOfLot(lot), loan)
        );
    }

    // --------------------------------------------------------------------------------------------------------- accept

    function test_accept_pledgesOneAndReleasesTheOtherAtOnce() public {
        _propose(_replacement);
        ILienRegistry.Pledge memory agreed = _agreed(_replacement);
        vm.warp(START + 2 days);
        agreed.registeredAt = START + 1 days;
        // What the parties may not change here is not read.
        (agreed.pledgee, agreed.securedMinor) = (rival, 1);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienPlaced(
            _replacement,
            1,
            funder,
            supplier,
            500,
            FinancingId.wrap(0),
            START + 1 days,
            agreed.agreementHash,
            agreed.registrationHash
        );
        vm.expectEmit(address(liens));
        emit ILienRegistry.SubstituteAccepted(_asset, _replacement);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienReleased(_asset, 1, agreed.agreementHash);
        vm.prank(keyOf[funder]);
        liens.acceptSubstitute(_asset, agreed);
        vm.assertEq(uint256(liens.lienOf(_asset).state), uint256(LienState.Released), "released");
        vm.assertEq(uint256(ledger.lotOf(_lot).state), uint256(LotState.Free), "the lot is free");
        ILienRegistry.Lien memory lien = liens.lienOf(_replacement);
        vm.assertEq(uint256(lien.state), uint256(LienState.Active), "pledged");
        vm.assertEq(PartyId.unwrap(lien.pledgee), PartyId.unwrap(funder), "to the same");
        vm.assertEq(lien.securedMinor, 500, "for the same");
        vm.assertEq(lien.registeredAt, START + 1 days, "since its own registration");
    }

    function test_accept_ofALotForALotAndBack() public {
        AssetId other = assetOfLot(_root(_live(700)));
        _propose(other);
        _accept(_asset, other);
        vm.prank(keyOf[supplier]);
        liens.proposeSubstitute(other, _asset);
        _accept(other, _asset);
        vm.assertEq(liens.lienOf(_asset).sequence, 2, "its second lien");
        vm.assertEq(uint256(liens.lienOf(other).state), uint256(LienState.Released), "released");
    }

    function test_accept_byThePledgeeOfJustWhatWasProposed() public {
        _propose(_replacement);
        PartyId[3] memory others = [supplier, rival, keeper];
        for (uint256 i = 0; i < others.length; ++i) {
            _onLiens(
                others[i],
                abi.encodeCall(liens.acceptSubstitute, (_asset, _agreed(_replacement))),
                abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, _asset, others[i])
            );
        }
        AssetId other = assetOfReceipt(_issued(1, 1));
        _refusesAccept(other, _unknownSubstitute(other));
        _refusesAccept(AssetId.wrap(0), _unknownSubstitute(AssetId.wrap(0)));
        // The last proposal counts.
        _propose(other);
        _refusesAccept(_replacement, _unknownSubstitute(_replacement));
        _accept(_asset, other);
    }

    function test_accept_ofNothingProposed() public {
        _refusesAccept(_replacement, _unknownSubstitute(_replacement));
        _refusesAccept(AssetId.wrap(0), _unknownSubstitute(AssetId.wrap(0)));
    }

    function test_accept_onceOnly() public {
        _propose(_replacement);
        _accept(_asset, _replacement);
        _refusesAccept(_replacement, abi.encodeWithSelector(ILienRegistry.LienUnknown.selector, _asset));
        // Pledged again, the asset has no proposal of the former time.
        _pledge(supplier, _lot, funder, 500);
        _refusesAccept(_replacement, _unknownSubstitute(_replacement));
    }

    /// @dev A proposal was made under one lien. Under the next one of the same pledgee it says nothing.
    function test_accept_notUnderALaterLien() public {
        _propose(_replacement);
        vm.prank(keyOf[funder]);
        liens.release(_asset, WHY);
        _pledge(supplier, _lot, funder, 1_000_000);
        _refusesAccept(_replacement, _unknownSubstitute(_replacement));
    }

    /// @dev Otherwise the loan would name an asset that is free, and could never be repaid.
    function test_accept_notUnderALoanDrawnMeanwhile() public {
        _propose(_replacement);
        vm.prank(keyOf[funder]);
        liens.release(_asset, WHY);
        FinancingId loan = _drawnDown(_lot, 500);
        _refusesAccept(_replacement, abi.encodeWithSelector(ILienRegistry.LienOfLoan.selector, _asset, loan));
        vm.prank(keyOf[supplier]);
        financing.repay(loan, MAX_MINOR);
        vm.assertEq(uint256(ledger.lotOf(_lot).state), uint256(LotState.Free), "repaid and free");
    }

    function test_accept_byWhoTookTheClaimOver() public {
        _propose(_replacement);
        ILienRegistry.Pledge memory terms = _pledgeOf(_asset, rival, 1);
        vm.prank(keyOf[funder]);
        liens.transferPledge(terms);
        _onLiens(
            funder,
            abi.encodeCall(liens.acceptSubstitute, (_asset, _agreed(_replacement))),
            abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, _asset, funder)
        );
        vm.prank(keyOf[rival]);
        liens.acceptSubstitute(_asset, _agreed(_replacement));
        vm.assertEq(PartyId.unwrap(liens.lienOf(_replacement).pledgee), PartyId.unwrap(rival), "pledgee");
    }

    /// @dev A court gave the asset to another: its former holder's replacement would pay for a stranger.
    function test_accept_notOfWhatAFormerHolderProposed() public {
        AssetId receipt = assetOfReceipt(_pledgedReceipt(1, 10));
        vm.prank(keyOf[supplier]);
        liens.proposeSubstitute(receipt, _replacement);
        _forceTransfer(ReceiptId.wrap(uint64(AssetId.unwrap(receipt))), second);
        _onLiens(
            funder,
            abi.encodeCall(liens.acceptSubstitute, (receipt, _agreed(_replacement))),
            abi.encodeWithSelector(ILienRegistry.SubstituteUnknown.selector, receipt, _replacement)
        );
    }

    // ------------------------------------------------------------------- the replacement is fit for a pledge by its kind

    function test_accept_refusesReplacementsThatCannotBePledged() public {
        _refusesReplacement(assetOfReceipt(_pledgedReceipt(1, 10)), ILienRegistry.AssetEncumbered.selector);
        AssetId blocked = assetOfReceipt(_issued(1, 10));
        _block(blocked, WHY);
        _refusesReplacement(blocked, ILienRegistry.AssetBlocked.selector);
        AssetId others = assetOfReceipt(_issuedTo(second));
        _refusesReplacement(others, IReceipts.NotReceiptHolder.selector);
        ReceiptId unconsented = _issued(1, 10);
        vm.prank(keyOf[keeper]);
        warehouse.setPledgeConsent(unconsented, false);
        _refusesReplacement(assetOfReceipt(unconsented), IReceipts.PledgeNotConsented.selector);
        _refusesReplacement(
            assetOfReceipt(_receiptIn(ReceiptState.Released, 1, 10)), IReceipts.UnexpectedReceiptState.selector
        );
        _refusesReplacement(assetOfLot(_lotIn(LotState.Split, 10)), ILots.UnexpectedLotState.selector);
        _refusesReplacement(AssetId.wrap(uint256(9) << 248), ILienRegistry.AssetKindUnknown.selector);
        vm.assertEq(uint256(liens.lienOf(_asset).state), uint256(LienState.Active), "the lien stands as it stood");
        vm.assertEq(uint256(ledger.lotOf(_lot).state), uint256(LotState.Pledged), "and so does the lot");
    }

    function test_accept_wantsTheAgreement() public {
        _propose(_replacement);
        ILienRegistry.Pledge memory agreed = _agreed(_replacement);
        agreed.agreementHash = 0;
        _onLiens(
            funder,
            abi.encodeCall(liens.acceptSubstitute, (_asset, agreed)),
            abi.encodeWithSelector(ILienRegistry.AgreementHashMissing.selector)
        );
        agreed = _agreed(_replacement);
        agreed.registeredAt = START + 1;
        _onLiens(
            funder,
            abi.encodeCall(liens.acceptSubstitute, (_asset, agreed)),
            abi.encodeWithSelector(ILienRegistry.RegisteredInFuture.selector, START + 1, START)
        );
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _agreed(AssetId replacement) private view returns (ILienRegistry.Pledge memory) {
        return _pledgeOf(replacement, funder, 500);
    }

    function _propose(AssetId replacement) private {
        vm.prank(keyOf[supplier]);
        liens.proposeSubstitute(_asset, replacement);
    }

    function _accept(AssetId asset, AssetId replacement) private {
        vm.prank(keyOf[funder]);
        liens.acceptSubstitute(asset, _agreed(replacement));
    }

    function _issuedTo(PartyId depositor) private returns (ReceiptId receipt) {
        IReceipts.DraftTerms memory terms = _draftTerms(_physicalLots(1, 10), 10);
        terms.depositor = depositor;
        receipt = _draftAs(keeper, terms);
        _issue(receipt);
    }

    function _unknownSubstitute(AssetId replacement) private view returns (bytes memory) {
        return abi.encodeWithSelector(ILienRegistry.SubstituteUnknown.selector, _asset, replacement);
    }

    function _refusesProposal(AssetId asset, AssetId replacement, bytes memory expected) private {
        _onLiens(supplier, abi.encodeCall(liens.proposeSubstitute, (asset, replacement)), expected);
    }

    function _refusesAccept(AssetId replacement, bytes memory expected) private {
        _onLiens(funder, abi.encodeCall(liens.acceptSubstitute, (_asset, _agreed(replacement))), expected);
    }

    /// @dev Proposed, and refused with that error, whose values each kind's own tests check.
    function _refusesReplacement(AssetId replacement, bytes4 expected) private {
        _propose(replacement);
        vm.prank(keyOf[funder]);
        (bool done, bytes memory answer) =
            address(liens).call(abi.encodeCall(liens.acceptSubstitute, (_asset, _agreed(replacement))));
        vm.assertFalse(done, "went through");
        vm.assertEq(bytes32(bytes4(answer)), bytes32(expected), "reason");
    }
}
