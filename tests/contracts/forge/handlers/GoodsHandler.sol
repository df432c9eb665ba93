// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../../contracts/interfaces/IFacilities.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../../contracts/interfaces/IReceipts.sol";
import {IWarehouse} from "../../../../contracts/interfaces/IWarehouse.sol";
import {PartyId, ReceiptId, StockId} from "../../../../contracts/types/Ids.sol";
import {FacilityActions} from "./FacilityActions.sol";
import {GoodsBase} from "./GoodsBase.sol";
import {KeeperActions} from "./KeeperActions.sol";
import {OrderActions} from "./OrderActions.sol";

/// @title Everything that happens to goods in the warehouses of two keepers
contract GoodsHandler is KeeperActions, FacilityActions, OrderActions {
    struct World {
        IWarehouse warehouse;
        ILienRegistry liens;
        IFacilities facilities;
        ICash cash;
        ILedger ledger;
        StockId[] stocks;
        PartyId[2] keepers;
    }

    /// @dev Some receipts are issued from the start, so that a run spends its calls on what can be done with them.
    function setUp() public override {
        super.setUp();
        for (uint256 seed = 0; seed < 6; ++seed) {
            postPrice(seed);
            draft(seed);
        }
        for (uint256 seed = 0; seed < 24; ++seed) {
            attestReceipt(seed);
            issue(seed);
        }
    }

    function world() external view returns (World memory) {
        return World(warehouse, liens, facilities, cash, ledger, stocks, [keeper, otherKeeper]);
    }

    function lotsBehind(ReceiptId receipt) external view returns (IReceipts.PhysicalLot[] memory) {
        return lotsOf[receipt];
    }

    function key(uint256 number) external pure returns (bytes32) {
        return _key(number);
    }

    function keyCount() external pure returns (uint256) {
        return KEYS;
    }

    /// @notice One selector an action, in the order of `Action`; the ones that the life of a receipt needs most often stand
    /// more than once.
    function selectors() external pure returns (bytes4[] memory chosen) {
        bytes4[57] memory all = [
            this.count.selector,
            this.draft.selector,
            this.attestReceipt.selector,
            this.issue.selector,
            this.discard.selector,
            this.restack.selector,
            this.amend.selector,
            this.consent.selector,
            this.deliver.selector,
            this.transfer.selector,
            this.split.selector,
            this.merge.selector,
            this.orderDelivery.selector,
            this.revokeDelivery.selector,
            this.dispute.selector,
            this.withdrawDispute.selector,
            this.closeDispute.selector,
            this.freeze.selector,
            this.unfreeze.selector,
            this.forceTransfer.selector,
            this.cancel.selector,
            this.pledge.selector,
            this.release.selector,
            this.releasePart.selector,
            this.substitute.selector,
            this.transferPledge.selector,
            this.enforce.selector,
            this.blockReceipt.selector,
            this.resolveBlock.selector,
            this.postPrice.selector,
            this.openFacility.selector,
            this.addAsset.selector,
            this.repayFacility.selector,
            this.callMargin.selector,
            this.liftMarginCall.selector,
            this.markFacilityDefaulted.selector,
            this.takeAsset.selector,
            this.sellClaim.selector,
            this.passTime.selector,
            this.count.selector,
            this.draft.selector,
            this.draft.selector,
            this.attestReceipt.selector,
            this.issue.selector,
            this.issue.selector,
            this.split.selector,
            this.merge.selector,
            this.pledge.selector,
            this.pledge.selector,
            this.unfreeze.selector,
            this.resolveBlock.selector,
            this.openFacility.selector,
            this.openFacility.selector,
            this.callMargin.selector,
            this.markFacilityDefaulted.selector,
            this.takeAsset.selector,
            this.postPrice.selector
        ];
        chosen = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; ++i) {
            chosen[i] = all[i];
        }
    }
}
