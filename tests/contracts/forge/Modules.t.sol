// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILedgerModule} from "../../../contracts/interfaces/ILedgerModule.sol";
import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IModules} from "../../../contracts/interfaces/IModules.sol";
import {LotId, NoteId, PartyId} from "../../../contracts/types/Ids.sol";
import {LotState} from "../../../contracts/types/States.sol";
import {NoteFixture} from "./support/NoteFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Admission of modules, and the sale that one of them books. Branches: Modules.tree.
contract ModulesTest is NoteFixture {
    function test_setModule_admitsAndDismisses() public {
        address[5] memory hosts =
            [address(ledger), address(cash), address(liens), address(financing), address(facilities)];
        for (uint256 i = 0; i < hosts.length; ++i) {
            IModules host = IModules(hosts[i]);
            vm.assertFalse(host.isModule(STRANGER), "before");
            vm.expectEmit(hosts[i]);
            emit IModules.ModuleSet(STRANGER, true);
            vm.prank(GOVERNOR);
            host.setModule(STRANGER, true);
            vm.assertTrue(host.isModule(STRANGER), "admitted");
            vm.expectEmit(hosts[i]);
            emit IModules.ModuleSet(STRANGER, false);
            vm.prank(GOVERNOR);
            host.setModule(STRANGER, false);
            vm.assertFalse(host.isModule(STRANGER), "dismissed");
        }
    }

    function test_aDismissedModuleIsLetInNoMore() public {
        NoteId note = _live(900);
        vm.prank(GOVERNOR);
        ledger.setModule(address(settlement), false);
        vm.warp(MATURITY);
        _fund(debtor, 900);
        _refused(
            keyOf[debtor],
            address(settlement),
            abi.encodeCall(settlement.settle, (note, 900, _range(0, 0, 0))),
            abi.encodeWithSelector(IModules.NotAModule.selector, address(settlement))
        );
    }

    function test_transferSold_movesTheLot() public {
        LotId lot = _root(_live(900));
        vm.expectEmit(address(ledger));
        emit ILedgerModule.LotSold(lot, funder);
        vm.prank(address(financing));
        ledger.transferSold(lot, supplier, funder);
        ILots.LotView memory sold = ledger.lotOf(lot);
        vm.assertEq(PartyId.unwrap(sold.holder), PartyId.unwrap(funder), "buyer");
        vm.assertEq(uint256(sold.state), uint256(LotState.Free), "free");
        vm.assertEq(sold.last, 900, "whole");
    }

    function test_transferSold_refuses() public {
        NoteId note = _live(900);
        LotId lot = _root(note);
        _refused(
            address(financing),
            address(ledger),
            abi.encodeCall(ledger.transferSold, (lot, supplier, debtor)),
            abi.encodeWithSelector(ILots.AssigneeIsDebtor.selector, note)
        );
        _refused(
            address(financing),
            address(ledger),
            abi.encodeCall(ledger.transferSold, (lot, second, funder)),
            abi.encodeWithSelector(ILots.NotHolder.selector, lot, second, supplier)
        );
    }
}
