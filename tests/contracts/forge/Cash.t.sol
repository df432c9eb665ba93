// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {PartyId} from "../../../contracts/types/Ids.sol";
import {LedgerFixture} from "./support/LedgerFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Branches: Cash.tree.
contract CashTest is LedgerFixture {
    bytes32 private constant DEPOSIT = keccak256("deposit");
    bytes32 private constant REFERENCE = keccak256("reference");

    // ----------------------------------------------------------------------------------------------------- issue

    function test_issue_addsToBalanceAndSupplyOfItsCurrency() public {
        vm.expectEmit(address(cash));
        emit ICash.CashIssued(second, CNY, 500, DEPOSIT);
        vm.prank(BANK);
        cash.issue(second, CNY, 500, DEPOSIT);
        vm.assertEq(cash.balanceOf(second, CNY), 500, "balance");
        vm.assertEq(cash.supplyOf(CNY), 500, "supply");
        vm.assertEq(cash.balanceOf(second, EUR), 0, "another currency");
        vm.assertEq(cash.supplyOf(EUR), 0, "supply of another currency");
    }

    function test_issue_booksADepositOnce() public {
        vm.prank(BANK);
        cash.issue(second, CNY, 500, DEPOSIT);
        _asBank(
            abi.encodeCall(cash.issue, (third, EUR, 1, DEPOSIT)),
            abi.encodeWithSelector(ICash.DepositUsed.selector, DEPOSIT)
        );
    }

    function test_issue_refuses() public {
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        bytes memory call_ = abi.encodeCall(cash.issue, (second, CNY, 500, bytes32(0)));
        _asBank(call_, abi.encodeWithSelector(ICash.ReferenceMissing.selector));
        call_ = abi.encodeCall(cash.issue, (second, CNY, 0, DEPOSIT));
        _asBank(call_, abi.encodeWithSelector(ICash.CashAmountZero.selector));
        call_ = abi.encodeCall(cash.issue, (unknown, CNY, 500, DEPOSIT));
        _asBank(call_, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
        call_ = abi.encodeCall(cash.issue, (PartyId.wrap(0), CNY, 500, DEPOSIT));
        _asBank(call_, abi.encodeWithSelector(IParties.PartyUnknown.selector, PartyId.wrap(0)));
        vm.assertEq(cash.supplyOf(CNY), 0, "supply");
    }

    function test_issue_supplyCannotOverflow() public {
        vm.prank(BANK);
        cash.issue(second, CNY, type(uint256).max, DEPOSIT);
        _asBank(abi.encodeCall(cash.issue, (third, CNY, 1, REFERENCE)), _panic(0x11));
        vm.prank(BANK);
        cash.issue(third, EUR, 1, REFERENCE);
    }

    // ------------------------------------------------------------------------------------------------ redeem, payout

    function test_redeem_takesCashOffTheLedger() public {
        _fund(second, 500);
        vm.expectEmit(address(cash));
        emit ICash.CashRedeemed(1, second, CNY, 200, REFERENCE);
        vm.prank(keyOf[second]);
        uint64 redemption = cash.redeem(CNY, 200, REFERENCE);
        vm.assertEq(redemption, 1, "number");
        vm.assertEq(_balance(second), 300, "balance");
        vm.assertEq(cash.supplyOf(CNY), 300, "supply");
        (PartyId party, bool paid) = cash.redemptionOf(redemption);
        vm.assertEq(PartyId.unwrap(party), PartyId.unwrap(second), "party");
        vm.assertFalse(paid, "not paid yet");
        vm.prank(keyOf[second]);
        vm.assertEq(cash.redeem(CNY, 300, REFERENCE), 2, "next number");
        vm.assertEq(_balance(second), 0, "all of it");
    }

    function test_redeem_refuses() public {
        _fund(second, 500);
        bytes memory call_ = abi.encodeCall(cash.redeem, (CNY, 500, bytes32(0)));
        _asParty(second, call_, abi.encodeWithSelector(ICash.ReferenceMissing.selector));
        call_ = abi.encodeCall(cash.redeem, (CNY, 0, REFERENCE));
        _asParty(second, call_, abi.encodeWithSelector(ICash.CashAmountZero.selector));
        call_ = abi.encodeCall(cash.redeem, (CNY, 501, REFERENCE));
        _asParty(second, call_, _insufficient(second, 500, 501));
        _asParty(third, call_, _insufficient(third, 0, 501));
    }

    function test_attestPayout_once() public {
        _fund(second, 500);
        vm.prank(keyOf[second]);
        uint64 redemption = cash.redeem(CNY, 500, REFERENCE);
        bytes memory call_ = abi.encodeCall(cash.attestPayout, (redemption, bytes32(0)));
        _asBank(call_, abi.encodeWithSelector(ICash.ReferenceMissing.selector));
        vm.expectEmit(address(cash));
        emit ICash.PayoutAttested(redemption, REFERENCE);
        vm.prank(BANK);
        cash.attestPayout(redemption, REFERENCE);
        (, bool paid) = cash.redemptionOf(redemption);
        vm.assertTrue(paid, "paid");
        call_ = abi.encodeCall(cash.attestPayout, (redemption, REFERENCE));
        _asBank(call_, abi.encodeWithSelector(ICash.RedemptionPaid.selector, redemption));
        call_ = abi.encodeCall(cash.attestPayout, (redemption + 1, REFERENCE));
        _asBank(call_, abi.encodeWithSelector(ICash.RedemptionUnknown.selector, redemption + 1));
    }

    // ------------------------------------------------------------------------------------------------ transfer, move

    function test_transfer_movesCash() public {
        _fund(second, 500);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(second, third, CNY, 200, REFERENCE);
        vm.prank(keyOf[second]);
        cash.transfer(third, CNY, 200, REFERENCE);
        vm.assertEq(_balance(second), 300, "payer");
        vm.assertEq(_balance(third), 200, "payee");
        vm.assertEq(cash.supplyOf(CNY), 500, "supply stays");
    }

    function test_transfer_refuses() public {
        _fund(second, 500);
        PartyId unknown = PartyId.wrap(ledger.partyCount() + 1);
        bytes memory call_ = abi.encodeCall(cash.transfer, (third, CNY, 1, bytes32(0)));
        _asParty(second, call_, abi.encodeWithSelector(ICash.ReferenceMissing.selector));
        call_ = abi.encodeCall(cash.transfer, (unknown, CNY, 1, REFERENCE));
        _asParty(second, call_, abi.encodeWithSelector(IParties.PartyUnknown.selector, unknown));
        call_ = abi.encodeCall(cash.transfer, (second, CNY, 1, REFERENCE));
        _asParty(second, call_, abi.encodeWithSelector(ICash.CashToSelf.selector, second));
        call_ = abi.encodeCall(cash.transfer, (third, CNY, 0, REFERENCE));
        _asParty(second, call_, abi.encodeWithSelector(ICash.CashAmountZero.selector));
        call_ = abi.encodeCall(cash.transfer, (third, CNY, 501, REFERENCE));
        _asParty(second, call_, _insufficient(second, 500, 501));
        call_ = abi.encodeCall(cash.transfer, (third, EUR, 1, REFERENCE));
        _asParty(second, call_, abi.encodeWithSelector(ICash.CashInsufficient.selector, second, EUR, 0, 1));
    }

    function test_move_byAModule() public {
        _fund(second, 500);
        vm.expectEmit(address(cash));
        emit ICash.CashMoved(second, third, CNY, 500, REFERENCE);
        vm.prank(address(financing));
        cash.move(second, third, CNY, 500, REFERENCE);
        vm.assertEq(_balance(third), 500, "payee");
        bytes memory call_ = abi.encodeCall(cash.move, (third, third, CNY, 1, REFERENCE));
        _refused(address(financing), address(cash), call_, abi.encodeWithSelector(ICash.CashToSelf.selector, third));
        call_ = abi.encodeCall(cash.move, (second, third, CNY, 1, REFERENCE));
        _refused(address(financing), address(cash), call_, _insufficient(second, 0, 1));
    }

    // --------------------------------------------------------------------------------------------------------- settle

    function test_settle_paysEachAndTakesTheSum() public {
        _fund(debtor, 1000);
        uint256[] memory payments = new uint256[](2);
        payments[0] = _payment(second, 100, 0) | _payment(third, 200, 1) | _payment(funder, 300, 2);
        payments[1] = _payment(rival, 400, 0);
        vm.expectEmit(address(cash));
        emit ICash.CashSettled(debtor, CNY, payments, REFERENCE);
        vm.prank(address(settlement));
        cash.settle(debtor, CNY, payments, REFERENCE);
        vm.assertEq(_balance(second), 100, "second");
        vm.assertEq(_balance(third), 200, "third");
        vm.assertEq(_balance(funder), 300, "funder");
        vm.assertEq(_balance(rival), 400, "rival");
        vm.assertEq(_balance(debtor), 0, "debtor");
        vm.assertEq(cash.supplyOf(CNY), 1000, "supply stays");
    }

    function test_settle_refusesWhatThePayerDoesNotHave() public {
        _fund(debtor, 299);
        uint256[] memory payments = new uint256[](1);
        payments[0] = _payment(second, 100, 0) | _payment(third, 200, 1);
        _refused(
            address(settlement),
            address(cash),
            abi.encodeCall(cash.settle, (debtor, CNY, payments, REFERENCE)),
            _insufficient(debtor, 299, 300)
        );
    }

    function test_settle_ofNothingMovesNothing() public {
        vm.prank(address(settlement));
        cash.settle(debtor, CNY, new uint256[](0), REFERENCE);
        vm.assertEq(cash.supplyOf(CNY), 0, "supply");
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev Three to a word from the left, `amount 48 | party 24 | unused 8` each, then 16 unused bits.
    function _payment(PartyId party, uint256 amountMinor, uint256 place) private pure returns (uint256) {
        return ((amountMinor << 32) | (uint256(PartyId.unwrap(party)) << 8)) << (176 - 80 * place);
    }

    function _asBank(bytes memory callData, bytes memory expected) private {
        _refused(BANK, address(cash), callData, expected);
    }

    function _asParty(PartyId party, bytes memory callData, bytes memory expected) private {
        _refused(keyOf[party], address(cash), callData, expected);
    }

    function _insufficient(PartyId party, uint256 balance, uint256 needed) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICash.CashInsufficient.selector, party, CNY, balance, needed);
    }
}
