// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {IAnchors} from "../../../contracts/interfaces/IAnchors.sol";
import {ICouncil} from "../../../contracts/interfaces/ICouncil.sol";
import {IInstructions} from "../../../contracts/interfaces/IInstructions.sol";
import {IModules} from "../../../contracts/interfaces/IModules.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {IRegistrarDesk} from "../../../contracts/interfaces/IRegistrarDesk.sol";
import {NOBODY, PartyId} from "../../../contracts/types/Ids.sol";
import {PartyState, ProposalState, ROLE_FUNDER} from "../../../contracts/types/States.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev A ledger that its council administers. Branches: HandOver.tree.
contract HandOverTest is InstructionFixture {
    bytes32 private constant REASON = keccak256("minutes");
    uint64 private constant ADMIN_ROLE = 0;
    address private constant NEW_KEY = address(0x4e3);
    /// @dev Four members: three decide, and three must be able to.
    uint256 private constant QUORUM = 3;

    PartyId[] private _members;

    function setUp() public override {
        super.setUp();
        _members = [debtor, supplier, second, funder];
        vm.prank(GOVERNOR);
        council.seat(_members);
        vm.prank(ADMIN);
        _together(_handing());
    }

    // ------------------------------------------------------------------------------------------------------ hand-over

    function test_handOver_leavesTheCouncilAlone() public view {
        address[8] memory keys = [ADMIN, GOVERNOR, REGISTRAR, BANK, ARBITER, EXAMINER, STRANGER, keyOf[debtor]];
        for (uint256 i = 0; i < keys.length; ++i) {
            (bool holds,) = authority.hasRole(ADMIN_ROLE, keys[i]);
            vm.assertFalse(holds, "a key administers");
        }
        (bool administers, uint32 delayS) = authority.hasRole(ADMIN_ROLE, address(council));
        vm.assertTrue(administers, "the council administers");
        vm.assertEq(delayS, 0, "its own delay is the only one");
    }

    /// @dev Where one step of the ceremony fails, none of it has happened.
    function test_handOver_isWholeOrNotAtAll() public {
        InstructionFixture.setUp();
        bytes[] memory calls = _handing();
        calls[calls.length - 1] = abi.encodeCall(authority.renounceRole, (ADMIN_ROLE, STRANGER));
        bytes memory expected = abi.encodeWithSelector(IAccessManager.AccessManagerBadConfirmation.selector);
        _refused(ADMIN, address(authority), abi.encodeCall(Multicall.multicall, (calls)), expected, "the last step");
        (bool administers,) = authority.hasRole(ADMIN_ROLE, address(council));
        vm.assertFalse(administers, "not yet");
        (administers,) = authority.hasRole(ADMIN_ROLE, ADMIN);
        vm.assertTrue(administers, "still");
    }

    function test_handOver_takesEveryGuardedFunctionFromGovernorAndAdministrator() public {
        address[4] memory keys = [ADMIN, GOVERNOR, keyOf[debtor], STRANGER];
        IInstructions.Route[] memory routes = new IInstructions.Route[](0);
        address onLedger = address(ledger);
        for (uint256 i = 0; i < keys.length; ++i) {
            address key = keys[i];
            _closed(key, onLedger, abi.encodeCall(ledger.registerParty, (1, REASON, new address[](0))));
            _closed(key, onLedger, abi.encodeCall(ledger.setPartyRoles, (third, 1)));
            _closed(key, onLedger, abi.encodeCall(ledger.setPartyState, (third, PartyState.Suspended)));
            _closed(key, onLedger, abi.encodeCall(ledger.addKey, (third, NEW_KEY)));
            _closed(key, onLedger, abi.encodeCall(ledger.removeKey, (third, keyOf[third])));
            _closed(key, onLedger, abi.encodeCall(IModules.setModule, (key, true)));
            _closed(key, address(cash), abi.encodeCall(IModules.setModule, (key, true)));
            _closed(key, address(cash), abi.encodeCall(cash.issue, (third, CNY, 1, REASON)));
            _closed(key, address(liens), abi.encodeCall(IModules.setModule, (key, true)));
            _closed(key, address(liens), abi.encodeCall(liens.setAssetKind, (9, key)));
            _closed(key, address(financing), abi.encodeCall(IModules.setModule, (key, true)));
            _closed(key, address(facilities), abi.encodeCall(IModules.setModule, (key, true)));
            _closed(key, address(warehouse), abi.encodeCall(warehouse.setAttestationAge, (30 days)));
            _closed(key, address(warehouse), abi.encodeCall(warehouse.setExposureCap, (third, CNY, 1)));
            _closed(key, address(instructions), abi.encodeCall(instructions.setRoutes, (routes)));
            _closed(key, address(council), abi.encodeCall(council.seat, (_members)));
            _closed(key, address(anchors), abi.encodeCall(IAnchors.anchor, (REASON, 1)));
            _closed(key, address(registrarDesk), abi.encodeCall(IRegistrarDesk.suspend, (third)));
        }
    }

    function test_handOver_takesTheAuthorityItselfFromEveryKey() public {
        address[5] memory keys = [ADMIN, GOVERNOR, REGISTRAR, keyOf[debtor], STRANGER];
        for (uint256 i = 0; i < keys.length; ++i) {
            address key = keys[i];
            _notAdmin(key, abi.encodeCall(authority.grantRole, (ADMIN_ROLE, key, 0)));
            _notAdmin(key, abi.encodeCall(authority.grantRole, (REGISTRAR_ROLE, key, 0)));
            _notAdmin(key, abi.encodeCall(authority.revokeRole, (ADMIN_ROLE, address(council))));
            _notAdmin(key, abi.encodeCall(authority.labelRole, (REGISTRAR_ROLE, "mine")));
            _notAdmin(key, abi.encodeCall(authority.setRoleAdmin, (REGISTRAR_ROLE, REGISTRAR_ROLE)));
            _notAdmin(key, abi.encodeCall(authority.setRoleGuardian, (REGISTRAR_ROLE, REGISTRAR_ROLE)));
            _notAdmin(key, abi.encodeCall(authority.setGrantDelay, (REGISTRAR_ROLE, 1)));
            _notAdmin(key, abi.encodeCall(authority.setTargetAdminDelay, (address(ledger), 1)));
            _notAdmin(key, abi.encodeCall(authority.setTargetClosed, (address(ledger), true)));
            _notAdmin(key, abi.encodeCall(authority.updateAuthority, (address(ledger), key)));
            bytes4[] memory selectors = new bytes4[](1);
            selectors[0] = ledger.addKey.selector;
            _notAdmin(key, abi.encodeCall(authority.setTargetFunctionRole, (address(ledger), selectors, 1)));
            // Nor by scheduling it, nor by having the manager do it.
            bytes memory granting = abi.encodeCall(authority.grantRole, (ADMIN_ROLE, key, 0));
            bytes memory never = abi.encodeWithSelector(
                IAccessManager.AccessManagerUnauthorizedCall.selector, key, address(authority), bytes4(granting)
            );
            bytes memory asking = abi.encodeCall(authority.schedule, (address(authority), granting, 0));
            _refused(key, address(authority), asking, never, "schedule");
            asking = abi.encodeCall(authority.execute, (address(authority), granting));
            _refused(key, address(authority), asking, never, "execute");
        }
    }

    /// @dev With the council's address behind the call: who says so is not believed, and the instructions carry keys'.
    function test_handOver_nobodySpeaksForTheCouncil() public {
        bytes memory granting = abi.encodeCall(authority.grantRole, (ADMIN_ROLE, STRANGER, 0));
        bytes memory faked = _behind(granting, address(council));
        bytes memory expected =
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, keyOf[debtor], ADMIN_ROLE);
        _refused(keyOf[debtor], address(authority), faked, expected, "behind the call");
        bytes32 typeHash =
            keccak256("GrantRole(uint64 roleId,address account,uint32 executionDelay,uint256 nonce,uint40 deadline)");
        _decide(address(instructions), _routing(typeHash, address(authority), authority.grantRole.selector, hex"03"));
        IInstructions.Instruction memory asked =
            _ofWords(DEBTOR_SECRET, typeHash, abi.encode(ADMIN_ROLE, STRANGER, 0), 1);
        expected =
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, asked.key, ADMIN_ROLE);
        _refusedAlone(asked, expected, "by instruction");
    }

    // ------------------------------------------------------------------------------------------------- registrar's desk

    function test_registrar_suspendsWhoIsNoMemberAtOnceAndNothingElse() public {
        vm.expectEmit(address(ledger));
        emit IParties.PartyStateSet(third, PartyState.Suspended);
        vm.prank(REGISTRAR);
        registrarDesk.suspend(third);
        vm.assertFalse(ledger.isActive(third), "suspended");
        bytes memory activating = abi.encodeCall(ledger.setPartyState, (third, PartyState.Active));
        _closed(REGISTRAR, address(ledger), activating);
        _closed(REGISTRAR, address(ledger), abi.encodeCall(ledger.setPartyRoles, (third, 1)));
        _closed(REGISTRAR, address(ledger), abi.encodeCall(ledger.addKey, (third, NEW_KEY)));
        _closed(REGISTRAR, address(ledger), abi.encodeCall(ledger.removeKey, (third, keyOf[third])));
        _decide(address(ledger), activating);
        vm.assertTrue(ledger.isActive(third), "active by vote");
    }

    function test_registrar_registersAndSuspendsNoMember() public {
        PartyId party = _register("newcomer", ROLE_FUNDER);
        vm.assertFalse(council.isMember(party), "no seat");
        for (uint256 i = 0; i < _members.length; ++i) {
            bytes memory needsVote = abi.encodeWithSelector(IRegistrarDesk.MemberNeedsVote.selector, _members[i]);
            bytes memory suspending = abi.encodeCall(registrarDesk.suspend, (_members[i]));
            _refused(REGISTRAR, address(registrarDesk), suspending, needsVote, "a member");
        }
        bytes memory nobody = abi.encodeWithSelector(IParties.PartyUnknown.selector, NOBODY);
        _refused(REGISTRAR, address(registrarDesk), abi.encodeCall(registrarDesk.suspend, (NOBODY)), nobody, "nobody");
    }

    // ---------------------------------------------------------------------------------------------------- by vote only

    function test_council_suspendsReinstatesAndRemovesAMember() public {
        _decide(address(ledger), abi.encodeCall(ledger.setPartyState, (funder, PartyState.Suspended)));
        bytes memory proposing = abi.encodeCall(council.propose, (address(ledger), hex"00", REASON));
        bytes memory suspended = abi.encodeWithSelector(IParties.PartySuspended.selector, funder);
        _refused(keyOf[funder], address(council), proposing, suspended, "a suspended member proposes nothing");
        uint64 proposal = _propose(address(council), abi.encodeCall(council.remove, (funder)));
        bytes memory approving = abi.encodeCall(council.approve, (proposal, council.proposalOf(proposal).actHash));
        _refused(keyOf[funder], address(council), approving, suspended, "and approves nothing");
        _decide(address(ledger), abi.encodeCall(ledger.setPartyState, (funder, PartyState.Active)));
        _decide(address(council), abi.encodeCall(council.remove, (funder)));
        vm.assertFalse(council.isMember(funder), "removed");
        vm.assertTrue(ledger.isActive(funder), "a party all the same");
        _refused(
            keyOf[funder],
            address(council),
            proposing,
            abi.encodeWithSelector(ICouncil.NotAMember.selector, funder),
            "no member any more"
        );
    }

    function test_council_appointsAndDismissesOffices() public {
        _decide(address(authority), abi.encodeCall(authority.grantRole, (BANK_ROLE, STRANGER, 0)));
        _decide(address(authority), abi.encodeCall(authority.revokeRole, (BANK_ROLE, BANK)));
        bytes memory issuing = abi.encodeCall(cash.issue, (third, CNY, 1, REASON));
        _closed(BANK, address(cash), issuing);
        vm.prank(STRANGER);
        cash.issue(third, CNY, 1, REASON);
        vm.assertEq(_balance(third), 1, "the new bank");
    }

    function test_council_setsRoutesModulesAndCaps() public {
        bytes32 typeHash = keccak256("a type");
        _decide(address(instructions), _routing(typeHash, address(cash), cash.redeem.selector, hex"03"));
        (address target,,) = instructions.routeOf(typeHash);
        vm.assertEq(target, address(cash), "route");
        _decide(address(cash), abi.encodeCall(IModules.setModule, (NEW_KEY, true)));
        vm.assertTrue(IModules(address(cash)).isModule(NEW_KEY), "module");
        _decide(address(warehouse), abi.encodeCall(warehouse.setAttestationAge, (30 days)));
    }

    function test_council_neitherOneNorOneLessThanTheQuorumNorTooEarlyNorTooLate() public {
        bytes memory granting = abi.encodeCall(authority.grantRole, (ADMIN_ROLE, STRANGER, 0));
        uint64 proposal = _propose(address(authority), granting);
        bytes memory executing = abi.encodeCall(council.execute, (proposal, address(authority), granting));
        uint40 from = council.proposalOf(proposal).executableAt;
        for (uint256 approvals = 0; approvals < QUORUM; ++approvals) {
            vm.warp(from);
            bytes memory lacking = abi.encodeWithSelector(ICouncil.QuorumMissing.selector, proposal, approvals, QUORUM);
            _refused(keyOf[debtor], address(council), executing, lacking, "too few");
            _approve(proposal, _members[approvals]);
        }
        vm.warp(from - 1);
        bytes memory early = abi.encodeWithSelector(ICouncil.ProposalTooEarly.selector, proposal, from);
        _refused(keyOf[debtor], address(council), executing, early, "too early");
        uint40 last = council.proposalOf(proposal).expiresAt;
        vm.warp(last + 1);
        bytes memory late = abi.encodeWithSelector(ICouncil.ProposalExpired.selector, proposal, last);
        _refused(keyOf[debtor], address(council), executing, late, "too late");
        (bool holds,) = authority.hasRole(ADMIN_ROLE, STRANGER);
        vm.assertFalse(holds, "nothing happened");
    }

    /// @dev What was approved is done once; the same call again takes approvals of its own.
    function test_council_anActIsNotDoneTwice() public {
        bytes memory issuingRight = abi.encodeCall(authority.grantRole, (BANK_ROLE, STRANGER, 0));
        uint64 proposal = _decide(address(authority), issuingRight);
        _decide(address(authority), abi.encodeCall(authority.revokeRole, (BANK_ROLE, STRANGER)));
        bytes memory done = abi.encodeWithSelector(ICouncil.ProposalDone.selector, proposal);
        bytes memory executing = abi.encodeCall(council.execute, (proposal, address(authority), issuingRight));
        _refused(keyOf[debtor], address(council), executing, done, "again");
        uint64 equal = _propose(address(authority), issuingRight);
        vm.warp(council.proposalOf(equal).executableAt);
        executing = abi.encodeCall(council.execute, (equal, address(authority), issuingRight));
        bytes memory lacking = abi.encodeWithSelector(ICouncil.QuorumMissing.selector, equal, 0, QUORUM);
        _refused(keyOf[debtor], address(council), executing, lacking, "an equal one");
        // The approvals of one are none of the other, and a relayed instruction of the first is spent.
        vm.assertEq(uint256(council.proposalOf(equal).state), uint256(ProposalState.Open), "open");
    }

    // -------------------------------------------------------------------------------------------------------- lock-out

    function test_council_doesNothingAfterWhichItCouldDoNothing() public {
        _decide(address(ledger), abi.encodeCall(ledger.setPartyState, (funder, PartyState.Suspended)));
        bytes memory stops = abi.encodeWithSelector(ICouncil.CouncilWouldStop.selector, 2, QUORUM);
        _decisionFails(address(ledger), abi.encodeCall(ledger.setPartyState, (second, PartyState.Suspended)), stops);
        _decisionFails(address(ledger), abi.encodeCall(ledger.removeKey, (second, keyOf[second])), stops);
        // Three members need two: now one may be suspended.
        _decide(address(council), abi.encodeCall(council.remove, (funder)));
        _decide(address(ledger), abi.encodeCall(ledger.setPartyState, (second, PartyState.Suspended)));
        bytes memory fewer = abi.encodeWithSelector(ICouncil.TooFewMembers.selector, 2, 3);
        PartyId[2] memory able = [debtor, supplier];
        bytes memory removing = abi.encodeCall(council.remove, (second));
        uint64 proposal = _propose(address(council), removing);
        for (uint256 i = 0; i < able.length; ++i) {
            _approve(proposal, able[i]);
        }
        vm.warp(council.proposalOf(proposal).executableAt);
        bytes memory executing = abi.encodeCall(council.execute, (proposal, address(council), removing));
        _refused(keyOf[debtor], address(council), executing, fewer, "no fewer than three");
    }

    function test_council_doesNotGiveItsAdministrationAway() public {
        bytes memory lost = abi.encodeWithSelector(ICouncil.AdministrationLost.selector);
        address own = address(council);
        _decisionFails(address(authority), abi.encodeCall(authority.revokeRole, (ADMIN_ROLE, own)), lost);
        _decisionFails(address(authority), abi.encodeCall(authority.renounceRole, (ADMIN_ROLE, own)), lost);
        _decisionFails(address(authority), abi.encodeCall(authority.grantRole, (ADMIN_ROLE, own, 1)), lost);
        bytes memory other = abi.encode(STRANGER);
        address elsewhere = vm.deployCode("Authority.sol:Authority", other);
        _decisionFails(address(authority), abi.encodeCall(authority.updateAuthority, (own, elsewhere)), lost);
        _decide(address(authority), abi.encodeCall(authority.grantRole, (ADMIN_ROLE, STRANGER, 0)));
        vm.prank(STRANGER);
        authority.revokeRole(ADMIN_ROLE, own);
        (bool administers,) = authority.hasRole(ADMIN_ROLE, own);
        vm.assertFalse(administers, "who comes after it takes it");
    }

    // ---------------------------------------------------------------------------------------------------------- helpers

    /// @dev As counterfoil hands over: one transaction of the administrator.
    function _handing() private view returns (bytes[] memory calls) {
        calls = new bytes[](7);
        calls[0] = abi.encodeCall(authority.revokeRole, (GOVERNOR_ROLE, GOVERNOR));
        calls[1] = abi.encodeCall(authority.grantRole, (GOVERNOR_ROLE, address(council), 0));
        calls[2] = abi.encodeCall(authority.revokeRole, (KEYS_ROLE, REGISTRAR));
        calls[3] = abi.encodeCall(authority.revokeRole, (STANDING_ROLE, REGISTRAR));
        calls[4] = abi.encodeCall(authority.revokeRole, (ANCHOR_ROLE, GOVERNOR));
        calls[5] = abi.encodeCall(authority.grantRole, (ADMIN_ROLE, address(council), 0));
        calls[6] = abi.encodeCall(authority.renounceRole, (ADMIN_ROLE, ADMIN));
    }

    function _together(bytes[] memory calls) private {
        Multicall(address(authority)).multicall(calls);
    }

    function _routing(bytes32 typeHash, address target, bytes4 selector, bytes memory shape)
        private
        view
        returns (bytes memory)
    {
        IInstructions.Route[] memory routes = new IInstructions.Route[](1);
        routes[0] = IInstructions.Route(typeHash, target, selector, shape);
        return abi.encodeCall(instructions.setRoutes, (routes));
    }

    function _closed(address key, address target, bytes memory callData) private {
        _refused(key, target, callData, _unauthorized(key), "a single key");
    }

    function _notAdmin(address key, bytes memory callData) private {
        bytes memory expected =
            abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, key, ADMIN_ROLE);
        _refused(key, address(authority), callData, expected, "a single key");
    }

    function _propose(address target, bytes memory callData) private returns (uint64 proposal) {
        vm.prank(keyOf[debtor]);
        proposal = council.propose(target, callData, REASON);
    }

    function _approve(uint64 proposal, PartyId member) private {
        bytes32 act = council.proposalOf(proposal).actHash;
        vm.prank(keyOf[member]);
        council.approve(proposal, act);
    }

    function _ready(address target, bytes memory callData) private returns (uint64 proposal) {
        proposal = _propose(target, callData);
        uint256 approvals;
        PartyId[] memory members = council.members();
        for (uint256 i = 0; i < members.length; ++i) {
            if (!ledger.isActive(members[i])) continue;
            _approve(proposal, members[i]);
            if (++approvals == QUORUM) break;
        }
        vm.warp(council.proposalOf(proposal).executableAt);
    }

    function _decide(address target, bytes memory callData) private returns (uint64 proposal) {
        proposal = _ready(target, callData);
        vm.prank(keyOf[debtor]);
        council.execute(proposal, target, callData);
    }

    function _decisionFails(address target, bytes memory callData, bytes memory expected) private {
        uint64 proposal = _ready(target, callData);
        bytes memory executing = abi.encodeCall(council.execute, (proposal, target, callData));
        _refused(keyOf[debtor], address(council), executing, expected, "the decision");
    }
}
