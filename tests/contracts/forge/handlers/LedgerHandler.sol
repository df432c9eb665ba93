// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IBillsOfLading} from "../../../../contracts/interfaces/IBillsOfLading.sol";
import {ICash} from "../../../../contracts/interfaces/ICash.sol";
import {IFacilities} from "../../../../contracts/interfaces/IFacilities.sol";
import {IFinancing} from "../../../../contracts/interfaces/IFinancing.sol";
import {ILedger} from "../../../../contracts/interfaces/ILedger.sol";
import {ILienRegistry} from "../../../../contracts/interfaces/ILienRegistry.sol";
import {IPrices} from "../../../../contracts/interfaces/IPrices.sol";
import {ISettlement} from "../../../../contracts/interfaces/ISettlement.sol";
import {IWarehouse} from "../../../../contracts/interfaces/IWarehouse.sol";
import {LienActions} from "./LienActions.sol";
import {LotActions} from "./LotActions.sol";
import {MoneyActions} from "./MoneyActions.sol";
import {NoteActions} from "./NoteActions.sol";

/// @title Everything that the parties of a small consortium do
contract LedgerHandler is NoteActions, LotActions, LienActions, MoneyActions {
    struct World {
        IAccessManager authority;
        ILedger ledger;
        ICash cash;
        ILienRegistry liens;
        IFinancing financing;
        ISettlement settlement;
        IWarehouse warehouse;
        IBillsOfLading bills;
        IPrices prices;
        IFacilities facilities;
    }

    /// @dev Some notes are live from the start, so that a run spends its calls on what can be done with them.
    function setUp() public override {
        super.setUp();
        for (uint256 seed = 0; seed < 5; ++seed) {
            propose(seed);
            confirm(seed);
        }
    }

    function world() external view returns (World memory) {
        return World(authority, ledger, cash, liens, financing, settlement, warehouse, bills, prices, facilities);
    }

    function fingerprintCount() external view returns (uint256) {
        return fingerprints.length;
    }

    /// @notice One selector an action, in the order of `Action`; the ones that a life of a note needs most often stand
    /// more than once.
    function selectors() external pure returns (bytes4[] memory chosen) {
        bytes4[52] memory all = [
            this.propose.selector,
            this.confirm.selector,
            this.rejectNote.selector,
            this.withdrawNote.selector,
            this.cancel.selector,
            this.credit.selector,
            this.dispute.selector,
            this.withdrawDispute.selector,
            this.resolveDispute.selector,
            this.markMatured.selector,
            this.markOverdue.selector,
            this.writeOff.selector,
            this.split.selector,
            this.assign.selector,
            this.acceptLot.selector,
            this.rejectLot.selector,
            this.revokeLot.selector,
            this.acknowledge.selector,
            this.pledge.selector,
            this.release.selector,
            this.releasePart.selector,
            this.transferPledge.selector,
            this.substitute.selector,
            this.enforceLien.selector,
            this.blockNote.selector,
            this.resolveBlock.selector,
            this.offerLoan.selector,
            this.offerPurchase.selector,
            this.withdrawOffer.selector,
            this.acceptOffer.selector,
            this.repay.selector,
            this.markDefaulted.selector,
            this.payRound.selector,
            this.payPart.selector,
            this.moveCash.selector,
            this.redeem.selector,
            this.setAccepting.selector,
            this.suspend.selector,
            this.passTime.selector,
            this.attack.selector,
            this.propose.selector,
            this.confirm.selector,
            this.split.selector,
            this.split.selector,
            this.offerLoan.selector,
            this.acceptOffer.selector,
            this.payRound.selector,
            this.payPart.selector,
            this.passTime.selector,
            this.repay.selector,
            this.pledge.selector,
            this.resolveBlock.selector
        ];
        chosen = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; ++i) {
            chosen[i] = all[i];
        }
    }
}
