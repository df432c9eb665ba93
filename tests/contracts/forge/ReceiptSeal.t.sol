// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ILots} from "../../../contracts/interfaces/ILots.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {IWarehouse} from "../../../contracts/interfaces/IWarehouse.sol";
import {NOBODY, PartyId, ReceiptId} from "../../../contracts/types/Ids.sol";
import {PartyState} from "../../../contracts/types/States.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Transfer, and the keeper's seal that it shares with split and merge. Branches: ReceiptSeal.tree.
contract ReceiptSealTest is GoodsFixture {
    bytes32 private constant TRADE = keccak256("trade");
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    ReceiptId private _receipt;

    function setUp() public override {
        super.setUp();
        _receipt = _issued(3, 100);
    }

    // -------------------------------------------------------------------------------------------------------- transfer

    function test_transfer_movesTitleWithHolderAndKeeperTogether() public {
        IReceipts.ReceiptView memory before = warehouse.receiptOf(_receipt);
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        vm.expectEmit(address(warehouse));
        emit IReceipts.ReceiptTransferred(_receipt, second, 1, TRADE);
        vm.prank(keyOf[supplier]);
        warehouse.transfer(_receipt, second, TRADE, seal);
        before.holder = second;
        before.sequence = 1;
        vm.assertEq(abi.encode(warehouse.receiptOf(_receipt)), abi.encode(before), "holder and sequence alone");
    }

    function test_transfer_byTheHolder() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        PartyId[4] memory others = [second, keeper, funder, inspector];
        for (uint256 i = 0; i < others.length; ++i) {
            _refusesTransfer(
                others[i],
                second,
                TRADE,
                seal,
                abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, _receipt, others[i])
            );
        }
        // The seal is not the keeper's permission to take: the former holder has no say after the transfer either.
        _transfer(_receipt, second);
        seal = _transferSeal(_receipt, third, TRADE);
        _refusesTransfer(
            supplier,
            third,
            TRADE,
            seal,
            abi.encodeWithSelector(IReceipts.NotReceiptHolder.selector, _receipt, supplier)
        );
    }

    function test_transfer_toWhoMayHoldIt() public {
        _refusesSealed(supplier, abi.encodeWithSelector(IReceipts.TransfereeHoldsIt.selector, _receipt));
        _acceptAll(keeper);
        _refusesSealed(keeper, abi.encodeWithSelector(IReceipts.KeeperAsHolder.selector, keeper));
        PartyId[4] memory closed = [debtor, otherKeeper, NOBODY, PartyId.wrap(ledger.partyCount() + 1)];
        for (uint256 i = 0; i < closed.length; ++i) {
            _refusesSealed(closed[i], abi.encodeWithSelector(IReceipts.TransfereeHasNotAccepted.selector, closed[i]));
        }
        // Acceptance of one debtor's notes is no acceptance of goods.
        vm.prank(keyOf[otherKeeper]);
        ledger.setStandingAcceptance(supplier, true);
        _refusesSealed(otherKeeper, abi.encodeWithSelector(IReceipts.TransfereeHasNotAccepted.selector, otherKeeper));
        // Who is suspended accepts nothing.
        vm.prank(REGISTRAR);
        ledger.setPartyState(second, PartyState.Suspended);
        _refusesSealed(second, abi.encodeWithSelector(IReceipts.TransfereeHasNotAccepted.selector, second));
    }

    function test_transfer_wantsItsTradeBackground() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, 0);
        _refusesTransfer(supplier, second, 0, seal, abi.encodeWithSelector(ILots.TradeBackgroundMissing.selector));
    }

    // ------------------------------------------------------------------------------------------------- what is signed

    function test_sealDigest_isTheEip712HashOfTheText() public view {
        string[3] memory acts = ["transfer", "split", "merge"];
        for (uint256 i = 0; i < acts.length; ++i) {
            vm.assertEq(
                warehouse.sealDigest(acts[i], _receipt, 7, second, TRADE, START + 9),
                _sealDigest(acts[i], _receipt, 7, second, TRADE, START + 9),
                acts[i]
            );
        }
        vm.assertEq(
            warehouse.sealDigest(
                "",
                ReceiptId.wrap(type(uint64).max),
                type(uint16).max,
                PartyId.wrap(type(uint24).max),
                0,
                type(uint40).max
            ),
            _sealDigest(
                "",
                ReceiptId.wrap(type(uint64).max),
                type(uint16).max,
                PartyId.wrap(type(uint24).max),
                0,
                type(uint40).max
            ),
            "the largest of everything"
        );
    }

    /// @dev Every field of the seal, changed one at a time, makes a signature that says nothing.
    function test_seal_ofAnythingElse() public {
        uint40 deadline = START + 1 hours;
        ReceiptId other = _issued(1, 100);
        _refusesDigest(_sealDigest("split", _receipt, 0, second, TRADE, deadline), deadline);
        _refusesDigest(_sealDigest("Transfer", _receipt, 0, second, TRADE, deadline), deadline);
        _refusesDigest(_sealDigest("transfer", other, 0, second, TRADE, deadline), deadline);
        _refusesDigest(_sealDigest("transfer", _receipt, 1, second, TRADE, deadline), deadline);
        _refusesDigest(_sealDigest("transfer", _receipt, 0, third, TRADE, deadline), deadline);
        _refusesDigest(_sealDigest("transfer", _receipt, 0, second, keccak256("other"), deadline), deadline);
        _refusesDigest(_sealDigest("transfer", _receipt, 0, second, TRADE, deadline + 1), deadline);
        bytes32 right = _sealDigest("transfer", _receipt, 0, second, TRADE, deadline);
        _refusesDigest(keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", right)), deadline);
        _passes(supplier, second, TRADE, _sealOf(keeper, right, deadline));
    }

    function test_seal_ofAnotherChainOrContract() public {
        uint40 deadline = START + 1 hours;
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        bytes32 elsewhere = _sealDigest("transfer", _receipt, 0, second, TRADE, deadline);
        vm.chainId(here);
        _refusesDigest(elsewhere, deadline);
        IWarehouse twin = IWarehouse(vm.deployCode("Warehouse.sol:Warehouse", abi.encode(authority, ledger, liens)));
        _refusesDigest(twin.sealDigest("transfer", _receipt, 0, second, TRADE, deadline), deadline);
        // A fork of the chain takes its own seals, and not those that were given before it.
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        vm.chainId(here + 1);
        _refusesForeign(seal);
        _passes(supplier, second, TRADE, _transferSeal(_receipt, second, TRADE));
    }

    // ---------------------------------------------------------------------------------------------------------- when

    function test_seal_servesUpToItsLastSecond() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        uint256 snapshot = vm.snapshotState();
        vm.warp(seal.deadline);
        _passes(supplier, second, TRADE, seal);
        vm.revertToState(snapshot);
        vm.warp(uint256(seal.deadline) + 1);
        bytes memory expired =
            abi.encodeWithSelector(IReceipts.SealExpired.selector, seal.deadline, uint256(seal.deadline) + 1);
        _refusesTransfer(supplier, second, TRADE, seal, expired);
    }

    /// @dev A sequence never returns, so a seal serves once: not again, and not after anything that moved the receipt.
    function test_seal_servesOnce() public {
        IReceipts.Seal memory toSecond = _transferSeal(_receipt, second, TRADE);
        _passes(supplier, second, TRADE, toSecond);
        _transfer(_receipt, third);
        _acceptAll(supplier);
        _transfer(_receipt, supplier);
        _refusesForeign(toSecond);
    }

    function test_seal_isSpentByEveryOtherMove() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        uint256 snapshot = vm.snapshotState();
        _splitOff(_receipt, 1);
        _refusesForeign(seal);
        vm.revertToState(snapshot);
        _merge(_receipt, _issued(1, 5));
        _refusesForeign(seal);
        vm.revertToState(snapshot);
        _forceTransfer(_receipt, third);
        _forceTransfer(_receipt, supplier);
        _refusesForeign(seal);
    }

    /// @dev What does not touch title, goods or sequence leaves a seal as it is.
    function test_seal_outlastsAFreezeAndAPledge() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        _freeze(_receipt);
        _unfreeze(_receipt);
        _disputeReceipt(keeper, _receipt);
        vm.prank(keyOf[keeper]);
        warehouse.withdrawDispute(_receipt, TRADE);
        _passes(supplier, second, TRADE, seal);
    }

    // ----------------------------------------------------------------------------------------------------------- who

    function test_seal_ofAnyKeyOfTheKeeper() public {
        uint256 privateKey = uint256(keccak256("second key of the keeper"));
        vm.prank(REGISTRAR);
        ledger.addKey(keeper, vm.addr(privateKey));
        IReceipts.Seal memory seal;
        seal.deadline = START + 1 hours;
        bytes32 digest = _sealDigest("transfer", _receipt, 0, second, TRADE, seal.deadline);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        seal.signature = abi.encodePacked(r, s, v);
        uint256 snapshot = vm.snapshotState();
        _passes(supplier, second, TRADE, seal);
        vm.revertToState(snapshot);
        vm.prank(REGISTRAR);
        ledger.removeKey(keeper, vm.addr(privateKey));
        _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(NOBODY));
    }

    function test_seal_ofAnybodyElse() public {
        PartyId[3] memory others = [otherKeeper, inspector, carrier];
        for (uint256 i = 0; i < others.length; ++i) {
            IReceipts.Seal memory seal = _sealBy(others[i], "transfer", _receipt, second, TRADE);
            _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(others[i]));
        }
        uint256 stranger = uint256(keccak256("somebody"));
        uint40 deadline = START + 1 hours;
        bytes32 digest = _sealDigest("transfer", _receipt, 0, second, TRADE, deadline);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(stranger, digest);
        IReceipts.Seal memory forged = IReceipts.Seal(deadline, abi.encodePacked(r, s, v));
        _refusesTransfer(supplier, second, TRADE, forged, _notKeepers(NOBODY));
    }

    function test_seal_ofASuspendedKeeper() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        vm.prank(REGISTRAR);
        ledger.setPartyState(keeper, PartyState.Suspended);
        _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(NOBODY));
    }

    // ---------------------------------------------------------------------------------------------------- signatures

    function test_seal_thatIsNoSignature() public {
        IReceipts.Seal memory seal = _transferSeal(_receipt, second, TRADE);
        bytes memory whole = seal.signature;
        for (uint256 length = 0; length < 64; length += 21) {
            seal.signature = _cut(whole, length);
            _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(NOBODY));
        }
        // The compact form of 64 bytes, and a byte too many.
        seal.signature = _cut(whole, 64);
        _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(NOBODY));
        seal.signature = bytes.concat(whole, hex"00");
        _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(NOBODY));
        seal.signature = new bytes(65);
        _refusesTransfer(supplier, second, TRADE, seal, _notKeepers(NOBODY));
    }

    /// @dev The other s of the same signature recovers the same key and is refused all the same.
    function test_seal_inItsOtherForm() public {
        uint40 deadline = START + 1 hours;
        bytes32 digest = _sealDigest("transfer", _receipt, 0, second, TRADE, deadline);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signerOf[keeper], digest);
        bytes32 twin = bytes32(CURVE_ORDER - uint256(s));
        bytes memory signature = abi.encodePacked(r, twin, v == 27 ? uint8(28) : uint8(27));
        _refusesTransfer(supplier, second, TRADE, IReceipts.Seal(deadline, signature), _notKeepers(NOBODY));
    }

    function testFuzz_seal_ofOtherBytes(bytes32 r, bytes32 s, uint8 v) public {
        uint40 deadline = START + 1 hours;
        IReceipts.Seal memory seal = IReceipts.Seal(deadline, abi.encodePacked(r, s, v));
        bytes memory callData = abi.encodeCall(warehouse.transfer, (_receipt, second, TRADE, seal));
        _onWarehouse(supplier, callData, _notKeepers(NOBODY));
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            part[i] = whole[i];
        }
    }

    function _notKeepers(PartyId signer) private view returns (bytes memory) {
        return abi.encodeWithSelector(IReceipts.SealNotKeepers.selector, _receipt, signer);
    }

    function _sealOf(PartyId signer, bytes32 digest, uint40 deadline) private view returns (IReceipts.Seal memory) {
        return IReceipts.Seal(deadline, _signature(signer, digest));
    }

    function _passes(PartyId from, PartyId to, bytes32 background, IReceipts.Seal memory seal) private {
        vm.prank(keyOf[from]);
        warehouse.transfer(_receipt, to, background, seal);
        vm.assertEq(PartyId.unwrap(_holderOf(_receipt)), PartyId.unwrap(to), "holder");
    }

    function _refusesTransfer(
        PartyId from,
        PartyId to,
        bytes32 background,
        IReceipts.Seal memory seal,
        bytes memory expected
    ) private {
        _onWarehouse(from, abi.encodeCall(warehouse.transfer, (_receipt, to, background, seal)), expected);
    }

    /// @dev With a seal for just that, by the holder.
    function _refusesSealed(PartyId to, bytes memory expected) private {
        _refusesTransfer(supplier, to, TRADE, _transferSeal(_receipt, to, TRADE), expected);
    }

    /// @dev Signed by the keeper, but not for the transfer to `second` that it is shown for.
    function _refusesDigest(bytes32 digest, uint40 deadline) private {
        _refusesForeign(_sealOf(keeper, digest, deadline));
    }

    /// @dev A signature over another text recovers a key that is nobody's.
    function _refusesForeign(IReceipts.Seal memory seal) private {
        bytes memory callData = abi.encodeCall(warehouse.transfer, (_receipt, second, TRADE, seal));
        _onWarehouse(supplier, callData, _notKeepers(NOBODY));
    }
}
