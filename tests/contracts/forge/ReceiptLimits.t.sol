// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILienRegistry} from "../../../contracts/interfaces/ILienRegistry.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {PartyId, ReceiptId, assetOfReceipt} from "../../../contracts/types/Ids.sol";
import {LienState, ReceiptState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Counters put near their end, where no test could count to. A counter is written where its own getter reads it, so the
/// storage layout may change without this file.
contract ReceiptLimitsTest is GoodsFixture {
    bytes32 private constant WHY = keccak256("why");
    uint16 private constant LAST = type(uint16).max;
    uint256 private constant OVERFLOW = 0x11;

    /// @dev The last sequence signs nothing more: what the parties do themselves stops, what a court or a pledgee does goes on.
    function test_sequence_atItsEnd() public {
        ReceiptId receipt = _issued(3, 10);
        ReceiptId other = _issued(1, 10);
        _setSequence(receipt, LAST - 1);
        _transfer(receipt, second);
        vm.assertEq(warehouse.receiptOf(receipt).sequence, LAST, "the last one");
        bytes memory overflow = _panic(OVERFLOW);
        IReceipts.Seal memory seal = _transferSeal(receipt, third, WHY);
        _onWarehouse(second, abi.encodeCall(warehouse.transfer, (receipt, third, WHY, seal)), overflow);
        IReceipts.Part[] memory parts = _onePart(_firstKeys(receipt, 1));
        seal = _splitSeal(receipt, parts, WHY);
        _onWarehouse(second, abi.encodeCall(warehouse.split, (receipt, parts, WHY, seal)), overflow);
        _forceTransfer(other, second);
        IReceipts.Source[] memory sources = _oneSource(other);
        seal = _mergeSeal(receipt, sources, WHY);
        _onWarehouse(second, abi.encodeCall(warehouse.merge, (receipt, sources, WHY, seal)), overflow);

        _pledgeAsset(second, assetOfReceipt(receipt), funder, 1);
        _forceTransfer(receipt, third);
        vm.assertEq(PartyId.unwrap(_holderOf(receipt)), PartyId.unwrap(third), "forced");
        vm.prank(ARBITER);
        liens.enforceByOrder(assetOfReceipt(receipt), rival, WHY);
        vm.assertEq(PartyId.unwrap(_holderOf(receipt)), PartyId.unwrap(rival), "enforced");
        vm.assertEq(warehouse.receiptOf(receipt).sequence, LAST, "it goes no further");
        _orderDelivery(receipt);
        _deliver(receipt);
    }

    function test_liensOfAnAsset_atTheirEnd() public {
        ReceiptId receipt = _pledgedReceipt(1, 10);
        _setLienSequence(receipt, LAST);
        vm.prank(keyOf[funder]);
        liens.release(assetOfReceipt(receipt), WHY);
        vm.assertEq(uint256(_lienOf(receipt).state), uint256(LienState.Released), "released");
        _onLiens(
            supplier, abi.encodeCall(liens.pledge, (_pledgeOf(assetOfReceipt(receipt), funder, 1))), _panic(OVERFLOW)
        );
        // And is not made a second first one.
        vm.assertEq(_lienOf(receipt).sequence, LAST, "sequence");
        vm.assertEq(uint256(_stateOf(receipt)), uint256(ReceiptState.Issued), "free");
    }

    // --------------------------------------------------------------------------------------------------------- helpers

    function _setSequence(ReceiptId receipt, uint16 sequence) private {
        vm.record();
        uint16 current = warehouse.receiptOf(receipt).sequence;
        (bytes32[] memory slots,) = vm.accesses(address(warehouse));
        for (uint256 i = 0; i < slots.length; ++i) {
            for (uint256 shift = 0; shift <= 240; shift += 8) {
                bytes32 word = _put(address(warehouse), slots[i], shift, current, sequence);
                (bool readable, bytes memory answer) =
                    address(warehouse).call(abi.encodeCall(warehouse.receiptOf, (receipt)));
                if (readable && abi.decode(answer, (IReceipts.ReceiptView)).sequence == sequence) return;
                vm.store(address(warehouse), slots[i], word);
            }
        }
        revert("sequence not found");
    }

    function _setLienSequence(ReceiptId receipt, uint16 sequence) private {
        vm.record();
        uint16 current = _lienOf(receipt).sequence;
        (bytes32[] memory slots,) = vm.accesses(address(liens));
        for (uint256 i = 0; i < slots.length; ++i) {
            for (uint256 shift = 0; shift <= 240; shift += 8) {
                bytes32 word = _put(address(liens), slots[i], shift, current, sequence);
                (bool readable, bytes memory answer) =
                    address(liens).call(abi.encodeCall(liens.lienOf, (assetOfReceipt(receipt))));
                if (readable && abi.decode(answer, (ILienRegistry.Lien)).sequence == sequence) return;
                vm.store(address(liens), slots[i], word);
            }
        }
        revert("sequence not found");
    }

    /// @return word What was there; a wrong guess is put back.
    function _put(address target, bytes32 slot, uint256 shift, uint16 current, uint16 wanted)
        private
        returns (bytes32 word)
    {
        word = vm.load(target, slot);
        if (uint16(uint256(word) >> shift) != current) return word;
        uint256 changed = (uint256(word) & ~(uint256(type(uint16).max) << shift)) | (uint256(wanted) << shift);
        vm.store(target, slot, bytes32(changed));
    }
}
