// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {
    AssetId,
    FinancingId,
    LotId,
    NOBODY,
    PartyId,
    ReceiptId,
    assetOfLot,
    assetOfReceipt
} from "../../../contracts/types/Ids.sol";
import {LienState, PartyState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev A secured claim goes to another funder, and its lien with it. Branches: LienTransfers.tree.
contract LienTransfersTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");

    AssetId private _asset;

    function setUp() public override {
        super.setUp();
        _asset = assetOfReceipt(_pledgedReceipt(2, 100));
    }

    function test_transferPledge_putsTheOtherInItsPlace() public {
        vm.warp(START + 5 days);
        ILienRegistry.Pledge memory agreed = _terms(rival);
        agreed.registeredAt = START + 4 days;
        agreed.securedMinor = 7;
        ILienRegistry.Lien memory expected = liens.lienOf(_asset);
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienTransferred(
            _asset, 1, rival, START + 4 days, agreed.agreementHash, agreed.registrationHash
        );
        vm.prank(keyOf[funder]);
        liens.transferPledge(agreed);
        expected.pledgee = rival;
        // Among them the place that the first registration gave it.
        vm.assertEq(abi.encode(liens.lienOf(_asset)), abi.encode(expected), "all else is as before");
        _refusesTransfer(funder, rival, abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, _asset, funder));
        vm.prank(keyOf[rival]);
        liens.release(_asset, WHY);
    }

    function test_transferPledge_mayBringTheFirstRegistration() public {
        ReceiptId receipt = _issued(1, 10);
        AssetId asset = assetOfReceipt(receipt);
        ILienRegistry.Pledge memory agreed = _pledgeOf(asset, funder, 5);
        agreed.registeredAt = 0;
        vm.prank(keyOf[supplier]);
        liens.pledge(agreed);
        (agreed.pledgee, agreed.registeredAt) = (rival, START);
        vm.prank(keyOf[funder]);
        liens.transferPledge(agreed);
        vm.assertEq(liens.lienOf(asset).registeredAt, START, "registered by the one that took it over");
    }

    function test_transferPledge_ofALot() public {
        LotId lot = _root(_live(900));
        _pledge(supplier, lot, funder, 900);
        vm.prank(keyOf[funder]);
        liens.transferPledge(_pledgeOf(assetOfLot(lot), rival, 1));
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _settleWhole(lot.noteOf(), 900);
        vm.assertEq(_balance(rival), 900, "the new pledgee is paid");
    }

    function test_transferPledge_byThePledgee() public {
        PartyId[3] memory others = [supplier, rival, keeper];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesTransfer(
                others[i], second, abi.encodeWithSelector(ILienRegistry.NotPledgee.selector, _asset, others[i])
            );
        }
    }

    function test_transferPledge_toAnActivePartyThatIsNeitherPledgeeNorHolder() public {
        _refusesTransfer(funder, funder, abi.encodeWithSelector(ILienRegistry.PledgeeHoldsLien.selector, _asset));
        _refusesTransfer(funder, supplier, abi.encodeWithSelector(ILienRegistry.PledgeeIsPledgor.selector, supplier));
        vm.prank(REGISTRAR);
        ledger.setPartyState(rival, PartyState.Suspended);
        PartyId[3] memory none = [rival, NOBODY, PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < none.length; ++i) {
            _refusesTransfer(funder, none[i], abi.encodeWithSelector(ILienRegistry.PledgeeUnknown.selector, none[i]));
        }
    }

    function test_transferPledge_wantsTheAgreement() public {
        ILienRegistry.Pledge memory agreed = _terms(rival);
        agreed.agreementHash = 0;
        _onLiens(
            funder,
            abi.encodeCall(liens.transferPledge, (agreed)),
            abi.encodeWithSelector(ILienRegistry.AgreementHashMissing.selector)
        );
        agreed = _terms(rival);
        agreed.registeredAt = START + 1;
        _onLiens(
            funder,
            abi.encodeCall(liens.transferPledge, (agreed)),
            abi.encodeWithSelector(ILienRegistry.RegisteredInFuture.selector, START + 1, START)
        );
    }

    function test_transferPledge_notOfALoans() public {
        LotId lot = _root(_live(900));
        FinancingId loan = _drawnDown(lot, 500);
        _onLiens(
            funder,
            abi.encodeCall(liens.transferPledge, (_pledgeOf(assetOfLot(lot), rival, 1))),
            abi.encodeWithSelector(ILienRegistry.LienOfLoan.selector, assetOfLot(lot), loan)
        );
    }

    /// @dev A lien of a loan goes over with the loan, by its module, and keeps its registration.
    function test_reassign_byAModule() public {
        LotId lot = _root(_live(900));
        FinancingId loan = _drawnDown(lot, 500);
        ILienRegistry.Lien memory expected = liens.lienOf(assetOfLot(lot));
        vm.expectEmit(address(liens));
        emit ILienRegistry.LienTransferred(assetOfLot(lot), 1, rival, 0, WHY, 0);
        vm.prank(address(financing));
        liens.reassign(assetOfLot(lot), rival, WHY);
        expected.pledgee = rival;
        vm.assertEq(abi.encode(liens.lienOf(assetOfLot(lot))), abi.encode(expected), "all else is as before");
        vm.assertEq(FinancingId.unwrap(expected.financing), FinancingId.unwrap(loan), "of the loan");
        bytes memory missing = abi.encodeWithSelector(ILienRegistry.AgreementHashMissing.selector);
        _refused(
            address(financing), address(liens), abi.encodeCall(liens.reassign, (assetOfLot(lot), second, 0)), missing
        );
        _refused(
            address(financing),
            address(liens),
            abi.encodeCall(liens.reassign, (assetOfLot(lot), supplier, WHY)),
            abi.encodeWithSelector(ILienRegistry.PledgeeIsPledgor.selector, supplier)
        );
    }

    function _terms(PartyId to) private view returns (ILienRegistry.Pledge memory) {
        return _pledgeOf(_asset, to, 1);
    }

    function _refusesTransfer(PartyId actor, PartyId to, bytes memory expected) private {
        _onLiens(actor, abi.encodeCall(liens.transferPledge, (_terms(to))), expected);
    }
}
