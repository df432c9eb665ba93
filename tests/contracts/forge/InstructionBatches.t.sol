// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {INotes} from "../../../contracts/interfaces/INotes.sol";
import {IReceipts} from "../../../contracts/interfaces/IReceipts.sol";
import {LotId, NoteId, PartyId, ReceiptId} from "../../../contracts/types/Ids.sol";
import {NoteState} from "../../../contracts/types/States.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {GoodsFixture} from "./support/GoodsFixture.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm, Vm} from "./support/Vm.sol";

/// @dev Many instructions in one transaction. Branches: Instructions.tree.
contract InstructionBatchesTest is GoodsFixture, InstructionFixture {
    bytes32 private constant SEAL_STRUCT = keccak256("Seal(uint40 deadline,bytes signature)");
    bytes32 private constant TRANSFER_TYPE = keccak256(
        "TransferReceipt(uint64 receipt,uint24 to,bytes32 background,Seal seal,uint256 nonce,uint40 deadline)"
        "Seal(uint40 deadline,bytes signature)"
    );
    bytes32 private constant REGISTER_TYPE =
        keccak256("RegisterParty(uint32 roles,bytes32 onboardingHash,address[] keys,uint256 nonce,uint40 deadline)");
    bytes32 private constant EXECUTE_ACT_TYPE =
        keccak256("ExecuteAct(uint64 proposal,address target,bytes callData,uint256 nonce,uint40 deadline)");

    function setUp() public override(GoodsFixture, InstructionFixture) {
        super.setUp();
    }

    // ---------------------------------------------------------------------------------------------- one after another

    function test_executeBatch_goesOnWhereOneFails() public {
        (NoteId first, NoteId middle, NoteId last) = (_proposed(900), _proposed(800), _proposed(700));
        IInstructions.Instruction[] memory batch = new IInstructions.Instruction[](3);
        batch[0] = _toConfirm(first, 900, 1);
        batch[1] = _toConfirm(middle, 801, 2);
        batch[2] = _toConfirm(last, 700, 3);
        _expectExecuted(batch[0]);
        _expectRefused(batch[1], abi.encodeWithSelector(INotes.FaceUnlike.selector, middle, 800, 801));
        _expectExecuted(batch[2]);
        vm.prank(STRANGER);
        instructions.executeBatch(batch);
        vm.assertEq(uint256(_stateOf(first)), uint256(NoteState.Live), "first");
        vm.assertEq(uint256(_stateOf(middle)), uint256(NoteState.Proposed), "middle");
        vm.assertEq(uint256(_stateOf(last)), uint256(NoteState.Live), "last");
    }

    /// @dev The reason for the refusal may go away; what was refused does not come back.
    function test_executeBatch_spendsWhatATargetRefused() public {
        NoteId note = NoteId.wrap(ledger.noteCount() + 1);
        IInstructions.Instruction memory confirming = _toConfirm(note, 900, 1);
        _expectRefused(confirming, abi.encodeWithSelector(INotes.NoteUnknown.selector, note));
        instructions.executeBatch(_one(confirming));
        _proposed(900);
        _invalid(confirming, _spentAlready(confirming), "refused before the note was there");
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Proposed), "not confirmed");
    }

    function test_executeBatch_isHinderedByNothingThatNobodySigned() public {
        NoteId note = _proposed(900);
        IInstructions.Instruction memory good = _toConfirm(note, 900, 1);
        IInstructions.Instruction[] memory batch = new IInstructions.Instruction[](6);
        batch[0] = _toConfirm(note, 900, 1);
        batch[0].args = abi.encode(note, 899);
        batch[1] = _toConfirm(note, 900, 1);
        batch[1].args = hex"01";
        batch[2] = _toConfirm(note, 900, 1);
        batch[2].typeHash = keccak256("unknown");
        batch[3] = _toConfirm(note, 900, 1);
        batch[3].deadline = START - 1;
        batch[4] = good;
        batch[5] = good;
        _expectRefused(batch[0], _notSigned(good.key));
        _expectRefused(batch[1], _malformed(CONFIRM_TYPE));
        _expectRefused(batch[2], abi.encodeWithSelector(IInstructions.RouteUnknown.selector, batch[2].typeHash));
        _expectRefused(batch[3], abi.encodeWithSelector(IInstructions.InstructionExpired.selector, START - 1, START));
        _expectExecuted(good);
        _expectRefused(good, _spentAlready(good));
        instructions.executeBatch(batch);
        vm.assertEq(uint256(_stateOf(note)), uint256(NoteState.Live), "carried out once");
    }

    function test_executeBatch_seesWhatStoodBefore() public {
        _acceptAll(second);
        NoteId note = _proposed(900);
        IInstructions.Instruction[] memory batch = new IInstructions.Instruction[](2);
        batch[0] = _toConfirm(note, 900, 1);
        batch[1] = _toAssign(_root(note), second, 1);
        instructions.executeBatch(batch);
        vm.assertTrue(ledger.lotOf(_root(note)).holder == second, "confirmed, then assigned");
    }

    function test_executeBatch_ofNothingDoesNothing() public {
        vm.recordLogs();
        instructions.executeBatch(new IInstructions.Instruction[](0));
        vm.assertEq(vm.getRecordedLogs().length, 0, "logs");
    }

    function test_executeBatch_putsEachEventBehindItsLogs() public {
        _acceptAll(second);
        (NoteId note, LotId lot) = (_proposed(900), _root(_live(700)));
        IInstructions.Instruction[] memory batch = new IInstructions.Instruction[](3);
        batch[0] = _toConfirm(note, 900, 1);
        batch[1] = _toConfirm(note, 900, 2);
        batch[2] = _toAssign(lot, second, 1);
        vm.recordLogs();
        instructions.executeBatch(batch);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 5, "logs");
        address[5] memory emitters =
            [address(ledger), address(instructions), address(instructions), address(ledger), address(instructions)];
        for (uint256 i = 0; i < 5; ++i) {
            vm.assertEq(logs[i].emitter, emitters[i], "emitter");
        }
        vm.assertEq(logs[0].topics[0], INotes.NoteConfirmed.selector, "its log");
        vm.assertEq(logs[1].topics[0], IInstructions.InstructionExecuted.selector, "then its event");
        vm.assertEq(logs[2].topics[0], IInstructions.InstructionRefused.selector, "no log of what was refused");
        vm.assertEq(logs[4].topics[1], bytes32(uint256(uint160(batch[2].key))), "the key");
    }

    // ------------------------------------------------------------------------------------------------------------ gas

    function test_executeBatch_revertsWhereACallWouldGetLessThanItsLimit() public {
        IInstructions.Instruction memory good = _toConfirm(_proposed(900), 900, 1);
        good.gasLimit = 1_000_000;
        bytes memory callData = abi.encodeCall(instructions.executeBatch, (_one(good)));
        (bool done, bytes memory answer) = address(instructions).call{gas: 1_000_000}(callData);
        vm.assertFalse(done, "too little for the limit");
        vm.assertEq(answer, _starved(0, 1_000_000), "which is said");
        vm.assertFalse(instructions.isSpent(good.key, good.nonce), "not spent");
        (done,) = address(instructions).call{gas: 1_100_000}(callData);
        vm.assertTrue(done, "enough");
    }

    function test_executeBatch_revertsWhereAFailureMayBeForLackOfGas() public {
        IInstructions.Instruction[] memory batch = new IInstructions.Instruction[](2);
        batch[0] = _toConfirm(_proposed(900), 900, 1);
        batch[1] = _toConfirm(_proposed(900), 900, 2);
        batch[1].gasLimit = 5000;
        bytes memory callData = abi.encodeCall(instructions.executeBatch, (batch));
        _cool();
        _refused(STRANGER, address(instructions), callData, _starved(1, 5000));
        vm.assertFalse(instructions.isSpent(batch[0].key, 1), "nothing of the batch happened");
        batch[1].gasLimit = AMPLE_GAS;
        instructions.executeBatch(batch);
    }

    function test_executeBatch_noGasMakesAGoodInstructionFail() public {
        _neverRefused(_toConfirm(_proposed(900), 900, 1), 60_000, "a call of one contract");
        _neverRefused(_toRegister(), 150_000, "a call that asks the authority, which answers no when it has no gas");
        _neverRefused(_toTransfer(), 150_000, "a call that takes a failed call for an answer");
    }

    // ------------------------------------------------------------------------------------------------------ from within

    function test_executeBatch_isNotEnteredFromWithin() public {
        bytes memory entering = abi.encodeCall(instructions.executeBatch, (new IInstructions.Instruction[](0)));
        uint64 proposal = _approved(entering);
        vm.warp(START + COUNCIL_DELAY_S);
        _route(EXECUTE_ACT_TYPE, address(council), council.execute.selector, hex"0280");
        IInstructions.Instruction memory acting = _instruction(
            DEBTOR_SECRET,
            EXECUTE_ACT_TYPE,
            abi.encode(proposal, address(instructions), entering),
            abi.encode(proposal, address(instructions), keccak256(entering)),
            1
        );
        bytes memory entered = abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        _refusedAlone(acting, entered, "alone");
        _expectRefused(acting, entered);
        instructions.executeBatch(_one(acting));
        vm.prank(keyOf[debtor]);
        council.execute(proposal, address(instructions), entering);
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    /// @dev With every gas limit up to `most`, and with all kinds of gas for the transaction: carried out or reverted.
    function _neverRefused(IInstructions.Instruction memory good, uint32 most, string memory why) private {
        uint256 executed;
        for (uint32 limit = 0; limit <= most; limit += 191) {
            good.gasLimit = limit;
            if (_outcome(good, 5_000_000, why)) ++executed;
        }
        vm.assertGt(executed, 0, why);
        good.gasLimit = most;
        executed = 0;
        for (uint256 given = 0; given <= uint256(most) + 100_000; given += 2003) {
            if (_outcome(good, given, why)) ++executed;
        }
        vm.assertGt(executed, 0, why);
    }

    function _outcome(IInstructions.Instruction memory good, uint256 given, string memory why)
        private
        returns (bool executed)
    {
        bytes memory callData = abi.encodeCall(instructions.executeBatch, (_one(good)));
        uint256 snapshot = vm.snapshotState();
        _cool();
        vm.recordLogs();
        (executed,) = address(instructions).call{gas: given}(callData);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (executed) {
            bytes32 topic = logs[logs.length - 1].topics[0];
            vm.assertEq(topic, IInstructions.InstructionExecuted.selector, why);
        }
        vm.revertToState(snapshot);
    }

    /// @dev So that calls cost what they cost in a transaction of their own.
    function _cool() private {
        address[4] memory touched = [address(instructions), address(ledger), address(warehouse), address(authority)];
        for (uint256 i = 0; i < touched.length; ++i) {
            vm.cool(touched[i]);
        }
    }

    function _toRegister() private returns (IInstructions.Instruction memory) {
        uint256 secret = 0x4e6;
        vm.prank(ADMIN);
        authority.grantRole(REGISTRAR_ROLE, vm.addr(secret), 0);
        _route(REGISTER_TYPE, address(ledger), ledger.registerParty.selector, hex"028101");
        bytes memory fields = abi.encode(1, keccak256("file"), keccak256(""));
        return _instruction(secret, REGISTER_TYPE, abi.encode(1, keccak256("file"), new address[](0)), fields, 1);
    }

    function _toTransfer() private returns (IInstructions.Instruction memory) {
        ReceiptId receipt = _issued(1, 10);
        IReceipts.Seal memory seal = _transferSeal(receipt, second, keccak256("background"));
        bytes memory shape = bytes.concat(hex"0383", SEAL_STRUCT, hex"02", hex"0180");
        _route(TRANSFER_TYPE, address(warehouse), warehouse.transfer.selector, shape);
        bytes32 sealHash = keccak256(abi.encode(SEAL_STRUCT, seal.deadline, keccak256(seal.signature)));
        return _instruction(
            SUPPLIER_SECRET,
            TRANSFER_TYPE,
            abi.encode(receipt, second, keccak256("background"), seal),
            abi.encode(receipt, second, keccak256("background"), sealHash),
            1
        );
    }

    function _approved(bytes memory entering) private returns (uint64 proposal) {
        PartyId[] memory members = new PartyId[](3);
        (members[0], members[1], members[2]) = (debtor, supplier, second);
        vm.prank(GOVERNOR);
        council.seat(members);
        vm.prank(keyOf[debtor]);
        proposal = council.propose(address(instructions), entering, keccak256("reason"));
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(keyOf[members[i]]);
            council.approve(proposal, keccak256(abi.encode(address(instructions), entering)));
        }
    }

    function _starved(uint256 index, uint256 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IInstructions.InstructionStarved.selector, index, limit);
    }
}
