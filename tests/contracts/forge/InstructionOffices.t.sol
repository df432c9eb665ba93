// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICash} from "../../../contracts/interfaces/ICash.sol";
import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Offices that sign. Branches: Instructions.tree.
contract InstructionOfficesTest is InstructionFixture {
    uint256 private constant BANK_SECRET = 0xba4c;
    uint256 private constant ADMIN_SECRET = 0xad;
    uint64 private constant ADMIN_ROLE = 0;
    bytes32 private constant ISSUE_TYPE = keccak256(
        "IssueCash(uint24 party,uint16 currency,uint256 amountMinor,bytes32 depositHash,uint256 nonce,uint40 deadline)"
    );
    bytes32 private constant GRANT_TYPE =
        keccak256("GrantRole(uint64 roleId,address account,uint32 executionDelay,uint256 nonce,uint40 deadline)");
    bytes32 private constant CALLS_TYPE = keccak256("AdministerAtOnce(bytes[] data,uint256 nonce,uint40 deadline)");

    function setUp() public override {
        super.setUp();
        _route(ISSUE_TYPE, address(cash), ICash.issue.selector, hex"04");
        _route(GRANT_TYPE, address(authority), IAccessManager.grantRole.selector, hex"03");
        _route(CALLS_TYPE, address(authority), Multicall.multicall.selector, hex"8180");
        vm.prank(ADMIN);
        authority.grantRole(ADMIN_ROLE, vm.addr(ADMIN_SECRET), 0);
    }

    function test_office_signsWhatItMayDo() public {
        IInstructions.Instruction memory issuing = _toIssue(1);
        _refusedAlone(issuing, _unauthorized(issuing.key), "no bank yet");
        _makeBank(0);
        instructions.execute(issuing);
        vm.assertEq(_balance(supplier), 500, "issued");
        vm.prank(ADMIN);
        authority.revokeRole(BANK_ROLE, issuing.key);
        _refusedAlone(_toIssue(2), _unauthorized(issuing.key), "a bank no more");
    }

    /// @dev The authority remembers what was scheduled by its calldata, which is without the key behind it.
    function test_office_withADelayCarriesOutWhatItScheduled() public {
        _makeBank(10 minutes);
        IInstructions.Instruction memory issuing = _toIssue(1);
        bytes memory callData = abi.encodeCall(cash.issue, (supplier, CNY, 500, keccak256("deposit")));
        bytes32 operation = authority.hashOperation(issuing.key, address(cash), callData);
        bytes memory missing = abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation);
        _refusedAlone(issuing, missing, "not scheduled");
        vm.prank(issuing.key);
        authority.schedule(address(cash), callData, 0);
        bytes memory early = abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, operation);
        _refusedAlone(issuing, early, "too early");
        vm.warp(START + 10 minutes);
        instructions.execute(issuing);
        vm.assertEq(_balance(supplier), 500, "issued");
        _refusedAlone(_toIssue(2), missing, "once only");
    }

    /// @dev There the instructions themselves call the authority, without a key behind the call.
    function test_office_withADelaySetsRoutesItScheduled() public {
        vm.prank(ADMIN);
        authority.grantRole(GOVERNOR_ROLE, STRANGER, 10 minutes);
        IInstructions.Route[] memory routes = new IInstructions.Route[](1);
        routes[0] = IInstructions.Route(keccak256("a type"), address(cash), ICash.redeem.selector, hex"03");
        bytes memory setting = abi.encodeCall(instructions.setRoutes, (routes));
        bytes32 operation = authority.hashOperation(STRANGER, address(instructions), setting);
        bytes memory missing = abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation);
        _refused(STRANGER, address(instructions), setting, missing, "not scheduled");
        vm.prank(STRANGER);
        authority.schedule(address(instructions), setting, 0);
        vm.warp(START + 10 minutes);
        // Calldata that ends in an address of the caller's choice is other calldata, and was not scheduled.
        bytes memory longer = _behind(setting, address(this));
        operation = authority.hashOperation(STRANGER, address(instructions), longer);
        missing = abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation);
        _refused(STRANGER, address(instructions), longer, missing, "with an address behind it");
        vm.prank(STRANGER);
        instructions.setRoutes(routes);
        (address target,,) = instructions.routeOf(routes[0].typeHash);
        vm.assertEq(target, address(cash), "set");
    }

    /// @dev As an instruction it is a key's call, and keys have nothing scheduled to consume for themselves.
    function test_authority_consumesNothingByInstruction() public {
        _makeBank(10 minutes);
        bytes memory callData = abi.encodeCall(cash.issue, (supplier, CNY, 500, keccak256("deposit")));
        address bank = vm.addr(BANK_SECRET);
        vm.prank(bank);
        authority.schedule(address(cash), callData, 0);
        vm.warp(START + 10 minutes);
        bytes32 typeHash = keccak256("Consume(address caller,bytes data,uint256 nonce,uint40 deadline)");
        _route(typeHash, address(authority), IAccessManager.consumeScheduledOp.selector, hex"0180");
        IInstructions.Instruction memory consuming =
            _instruction(BANK_SECRET, typeHash, abi.encode(bank, callData), abi.encode(bank, keccak256(callData)), 1);
        bytes memory no =
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedConsume.selector, address(instructions));
        _refusedAlone(consuming, no, "nothing of the instructions' own");
    }

    function test_authority_takesInstructions() public {
        address bank = vm.addr(BANK_SECRET);
        bytes memory args = abi.encode(BANK_ROLE, bank, 0);
        IInstructions.Instruction memory granting = _ofWords(BANK_SECRET, GRANT_TYPE, args, 1);
        _refusedAlone(granting, _notAdmin(bank), "nobody makes itself a bank");
        instructions.execute(_ofWords(ADMIN_SECRET, GRANT_TYPE, args, 1));
        (bool isBank,) = authority.hasRole(BANK_ROLE, bank);
        vm.assertTrue(isBank, "granted");
    }

    function test_authority_takesSeveralCallsInOneInstruction() public {
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(authority.grantRole, (BANK_ROLE, vm.addr(BANK_SECRET), 0));
        calls[1] = abi.encodeCall(authority.grantRole, (ARBITER_ROLE, STRANGER, 0));
        bytes memory fields = abi.encode(keccak256(abi.encode(keccak256(calls[0]), keccak256(calls[1]))));
        IInstructions.Instruction memory strangers = _instruction(BANK_SECRET, CALLS_TYPE, abi.encode(calls), fields, 1);
        _refusedAlone(strangers, _notAdmin(strangers.key), "each call has the key behind it");
        // With the administrator's address at the end, which is no longer the end.
        calls[1] = _behind(calls[1], vm.addr(ADMIN_SECRET));
        fields = abi.encode(keccak256(abi.encode(keccak256(calls[0]), keccak256(calls[1]))));
        strangers = _instruction(BANK_SECRET, CALLS_TYPE, abi.encode(calls), fields, 1);
        _refusedAlone(strangers, _notAdmin(strangers.key), "whatever stands before it");
        instructions.execute(_instruction(ADMIN_SECRET, CALLS_TYPE, abi.encode(calls), fields, 1));
        (bool isBank,) = authority.hasRole(BANK_ROLE, vm.addr(BANK_SECRET));
        (bool isArbiter,) = authority.hasRole(ARBITER_ROLE, STRANGER);
        vm.assertTrue(isBank && isArbiter, "both");
    }

    function test_authority_believesNobodyElse() public {
        bytes memory granting = abi.encodeCall(authority.grantRole, (BANK_ROLE, STRANGER, 0));
        _refused(STRANGER, address(authority), _behind(granting, ADMIN), _notAdmin(STRANGER));
        bytes[] memory calls = new bytes[](1);
        calls[0] = granting;
        bytes memory together = abi.encodeWithSelector(Multicall.multicall.selector, calls);
        _refused(STRANGER, address(authority), _behind(together, ADMIN), _notAdmin(STRANGER));
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _toIssue(uint256 nonce) private view returns (IInstructions.Instruction memory) {
        return _ofWords(BANK_SECRET, ISSUE_TYPE, abi.encode(supplier, CNY, 500, keccak256("deposit")), nonce);
    }

    function _makeBank(uint32 delayS) private {
        vm.prank(ADMIN);
        authority.grantRole(BANK_ROLE, vm.addr(BANK_SECRET), delayS);
    }

    function _notAdmin(address key) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, key, ADMIN_ROLE);
    }
}
