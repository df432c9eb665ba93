// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {ICouncil} from "../../../contracts/interfaces/ICouncil.sol";
import {IParties} from "../../../contracts/interfaces/IParties.sol";
import {NOBODY, PartyId} from "../../../contracts/types/Ids.sol";
import {PartyState, ProposalState, ROLE_FUNDER} from "../../../contracts/types/States.sol";
import {InstructionFixture} from "./support/InstructionFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What the consortium decides together. Branches: Council.tree.
contract CouncilTest is InstructionFixture {
    bytes32 private constant REASON = keccak256("minutes");
    address private constant NEW_KEY = address(0x4e3);

    /// @dev The six parties of the fixture and one more: members are the first so many.
    PartyId[] private _seats;

    function setUp() public override {
        super.setUp();
        _seats = [debtor, supplier, second, third, funder, rival];
        _seats.push(_register("seventh", ROLE_FUNDER));
    }

    // ----------------------------------------------------------------------------------------------------- membership

    function test_constructor_refusesALifetimeThatEndsBeforeItsDelay() public {
        _notCreated(500, 500, abi.encodeWithSelector(ICouncil.LifetimeTooShort.selector, 500, 500));
    }

    function test_constructor_refusesNoDelayAndOneWithoutEnd() public {
        uint32[4] memory outside = [uint32(0), 59, 90 days + 1, type(uint32).max];
        for (uint256 i = 0; i < outside.length; ++i) {
            bytes memory expected = abi.encodeWithSelector(ICouncil.DelayOutside.selector, outside[i], 60, 90 days);
            _notCreated(outside[i], type(uint32).max, expected);
        }
        (bool done,) = _created(abi.encode(authority, ledger, uint32(60), uint32(61)));
        vm.assertTrue(done, "the shortest");
        (done,) = _created(abi.encode(authority, ledger, uint32(90 days), uint32(91 days)));
        vm.assertTrue(done, "the longest");
    }

    function test_times_areThoseOfTheConstructor() public view {
        (uint32 delayS, uint32 lifetimeS) = council.times();
        vm.assertEq(delayS, COUNCIL_DELAY_S, "delay");
        vm.assertEq(lifetimeS, COUNCIL_LIFETIME_S, "lifetime");
    }

    function test_seat_makesMembers() public {
        vm.expectEmit(address(council));
        emit ICouncil.MemberAdmitted(debtor);
        vm.expectEmit(address(council));
        emit ICouncil.MemberAdmitted(supplier);
        _seat(3);
        PartyId[] memory members = council.members();
        vm.assertEq(members.length, 3, "members");
        vm.assertTrue(members[0] == debtor && members[1] == supplier, "who");
        vm.assertTrue(council.isMember(debtor), "is a member");
        vm.assertFalse(council.isMember(third), "is none");
    }

    function test_seat_refusals() public {
        PartyId[] memory members = new PartyId[](3);
        (members[0], members[1], members[2]) = (debtor, supplier, second);
        bytes memory seating = abi.encodeCall(council.seat, (members));
        address[4] memory others = [STRANGER, REGISTRAR, keyOf[debtor], address(council)];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(others[i], address(council), seating, _unauthorized(others[i]), "not the governor");
        }
        for (uint256 few = 0; few < 3; ++few) {
            bytes memory tooFew = abi.encodeWithSelector(ICouncil.TooFewMembers.selector, few, 3);
            _notSeated(new PartyId[](few), tooFew, "fewer than three");
        }
        members[2] = NOBODY;
        _notSeated(members, abi.encodeWithSelector(IParties.PartyUnknown.selector, NOBODY), "no party");
        members[2] = PartyId.wrap(ledger.partyCount() + 1);
        _notSeated(members, abi.encodeWithSelector(IParties.PartyUnknown.selector, members[2]), "not yet a party");
        members[2] = debtor;
        _notSeated(members, abi.encodeWithSelector(ICouncil.MemberKnown.selector, debtor), "twice");
        members[2] = third;
        vm.prank(REGISTRAR);
        ledger.setPartyState(third, PartyState.Suspended);
        _notSeated(members, abi.encodeWithSelector(ICouncil.MemberCannotAct.selector, third), "suspended");
        vm.prank(REGISTRAR);
        ledger.removeKey(rival, keyOf[rival]);
        members[2] = rival;
        _notSeated(members, abi.encodeWithSelector(ICouncil.MemberCannotAct.selector, rival), "without a key");
        _seat(3);
        members[2] = funder;
        _notSeated(members, abi.encodeWithSelector(ICouncil.AlreadySeated.selector), "a second time");
    }

    function test_seat_refusesTheSixtyFifth() public {
        PartyId[] memory members = new PartyId[](65);
        for (uint256 i = 0; i < 65; ++i) {
            members[i] = _registerKey(address(uint160(0x2000 + i)), ROLE_FUNDER);
        }
        _notSeated(members, abi.encodeWithSelector(ICouncil.TooManyMembers.selector, 64), "sixty-five");
    }

    function test_admitAndRemove_onlyByVote() public {
        _seat(3);
        address[4] memory others = [STRANGER, ADMIN, GOVERNOR, keyOf[debtor]];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory only = abi.encodeWithSelector(ICouncil.OnlyByVote.selector, others[i]);
            _refused(others[i], address(council), _admitting(third), only);
            _refused(others[i], address(council), abi.encodeCall(council.remove, (debtor)), only);
        }
        // Nor with the council's address behind the call, even from the instructions.
        bytes memory faked = _behind(_admitting(third), address(council));
        bytes memory never = abi.encodeWithSelector(ICouncil.OnlyByVote.selector, address(instructions));
        _refused(address(instructions), address(council), faked, never);
        bytes memory admitting = _admitting(third);
        uint64 proposal = _ready(address(council), admitting, 2);
        vm.expectEmit(address(council));
        emit ICouncil.MemberAdmitted(third);
        _execute(proposal, address(council), admitting);
        vm.assertTrue(council.isMember(third), "admitted");
        bytes memory removing = abi.encodeCall(council.remove, (debtor));
        proposal = _ready(address(council), removing, 3);
        vm.expectEmit(address(council));
        emit ICouncil.MemberRemoved(debtor);
        _execute(proposal, address(council), removing);
        vm.assertFalse(council.isMember(debtor), "removed");
        PartyId[] memory members = council.members();
        vm.assertEq(members.length, 3, "members");
        vm.assertTrue(members[0] == third && members[1] == supplier && members[2] == second, "who is left");
    }

    function test_admitAndRemove_refusals() public {
        _seat(3);
        address[] memory none = new address[](0);
        _decisionFails(_admitting(supplier), abi.encodeWithSelector(ICouncil.MemberKnown.selector, supplier));
        _decisionFails(
            abi.encodeCall(council.admit, (NOBODY, none)),
            abi.encodeWithSelector(IParties.PartyUnknown.selector, NOBODY)
        );
        _decisionFails(
            abi.encodeCall(council.remove, (third)), abi.encodeWithSelector(ICouncil.NotAMember.selector, third)
        );
        _decisionFails(
            abi.encodeCall(council.remove, (supplier)), abi.encodeWithSelector(ICouncil.TooFewMembers.selector, 2, 3)
        );
        vm.prank(REGISTRAR);
        ledger.setPartyState(third, PartyState.Suspended);
        _decisionFails(_admitting(third), abi.encodeWithSelector(ICouncil.MemberCannotAct.selector, third));
    }

    /// @dev Whoever may change keys cannot come in beside the party that was voted for.
    function test_admit_isOfThePartyWithTheKeysThatWereVotedFor() public {
        _seat(3);
        bytes memory admitting = _admitting(third);
        bytes memory unlike = abi.encodeWithSelector(ICouncil.MemberKeysUnlike.selector, third);
        uint64 proposal = _ready(address(council), admitting, 3);
        uint256 snapshot = vm.snapshotState();
        _giveKey(third, NEW_KEY);
        _notExecuted(proposal, address(council), admitting, unlike, "a key more");
        vm.prank(REGISTRAR);
        ledger.removeKey(third, keyOf[third]);
        _notExecuted(proposal, address(council), admitting, unlike, "another key");
        vm.revertToState(snapshot);
        _execute(proposal, address(council), admitting);
        vm.assertTrue(council.isMember(third), "with its own");
    }

    // ---------------------------------------------------------------------------------------------------- proposals

    function test_propose_isNumberedAndTold() public {
        _seat(3);
        bytes memory call_ = _adding();
        uint40 executableAt = START + COUNCIL_DELAY_S;
        uint40 expiresAt = START + COUNCIL_LIFETIME_S;
        vm.expectEmit(address(council));
        emit ICouncil.ActProposed(1, supplier, address(ledger), call_, REASON, executableAt, expiresAt);
        vm.prank(keyOf[supplier]);
        vm.assertEq(council.propose(address(ledger), call_, REASON), 1, "number");
        vm.assertEq(council.proposalCount(), 1, "count");
        ICouncil.Proposal memory kept = council.proposalOf(1);
        vm.assertEq(uint256(kept.state), uint256(ProposalState.Open), "state");
        vm.assertTrue(kept.proposer == supplier, "proposer");
        vm.assertEq(kept.executableAt, executableAt, "executable");
        vm.assertEq(kept.expiresAt, expiresAt, "expires");
        vm.assertEq(kept.actHash, _actHash(address(ledger), call_), "act");
        _tally(1, 0, 2);
    }

    function test_propose_refusals() public {
        bytes memory proposing = abi.encodeCall(council.propose, (address(ledger), _adding(), REASON));
        bytes memory outside = abi.encodeWithSelector(ICouncil.NotAMember.selector, debtor);
        _refused(keyOf[debtor], address(council), proposing, outside, "nobody is seated");
        _seat(3);
        outside = abi.encodeWithSelector(ICouncil.NotAMember.selector, third);
        _refused(keyOf[third], address(council), proposing, outside, "no member");
        _refused(STRANGER, address(council), proposing, _notAParty(STRANGER), "no party");
        proposing = abi.encodeCall(council.propose, (address(ledger), _adding(), bytes32(0)));
        _refused(keyOf[debtor], address(council), proposing, abi.encodeWithSelector(ICouncil.ReasonMissing.selector));
        proposing = abi.encodeCall(council.propose, (STRANGER, _adding(), REASON));
        bytes memory missing = abi.encodeWithSelector(ICouncil.ActTargetMissing.selector, STRANGER);
        _refused(keyOf[debtor], address(council), proposing, missing, "no contract");
        vm.assertEq(council.proposalCount(), 0, "count");
    }

    function test_approve_countsOnce() public {
        _seat(3);
        uint64 proposal = _proposeAct(address(ledger), _adding());
        vm.expectEmit(address(council));
        emit ICouncil.ActApproved(proposal, second);
        _approve(proposal, second);
        vm.assertTrue(council.hasApproved(proposal, second), "approved");
        _tally(proposal, 1, 2);
        bytes32 act = council.proposalOf(proposal).actHash;
        _notApproved(second, proposal, act, abi.encodeWithSelector(ICouncil.ApprovalKnown.selector, proposal, second));
        _tally(proposal, 1, 2);
    }

    function test_approve_refusals() public {
        _seat(3);
        uint64 proposal = _proposeAct(address(ledger), _adding());
        bytes32 act = council.proposalOf(proposal).actHash;
        _notApproved(third, proposal, act, abi.encodeWithSelector(ICouncil.NotAMember.selector, third));
        _notApproved(debtor, 2, act, abi.encodeWithSelector(ICouncil.ProposalUnknown.selector, 2));
        _notApproved(debtor, 0, act, abi.encodeWithSelector(ICouncil.ProposalUnknown.selector, 0));
        _notApproved(debtor, proposal, REASON, abi.encodeWithSelector(ICouncil.ActUnlike.selector, proposal));
        vm.warp(START + COUNCIL_LIFETIME_S + 1);
        bytes memory late =
            abi.encodeWithSelector(ICouncil.ProposalExpired.selector, proposal, START + COUNCIL_LIFETIME_S);
        _notApproved(debtor, proposal, act, late);
        vm.warp(START + COUNCIL_LIFETIME_S);
        _approve(proposal, debtor);
    }

    function test_withdrawApproval_takesItBack() public {
        _seat(3);
        uint64 proposal = _proposeAct(address(ledger), _adding());
        bytes memory withdrawing = abi.encodeCall(council.withdrawApproval, (proposal));
        bytes memory missing = abi.encodeWithSelector(ICouncil.ApprovalMissing.selector, proposal, debtor);
        _refused(keyOf[debtor], address(council), withdrawing, missing, "before it was given");
        _approve(proposal, debtor);
        _approve(proposal, supplier);
        vm.expectEmit(address(council));
        emit ICouncil.ApprovalWithdrawn(proposal, debtor);
        vm.prank(keyOf[debtor]);
        council.withdrawApproval(proposal);
        _tally(proposal, 1, 2);
        vm.warp(START + COUNCIL_DELAY_S);
        bytes memory lacking = abi.encodeWithSelector(ICouncil.QuorumMissing.selector, proposal, 1, 2);
        _notExecuted(proposal, address(ledger), _adding(), lacking, "withdrawn");
        _approve(proposal, debtor);
        _execute(proposal, address(ledger), _adding());
        bytes memory done = abi.encodeWithSelector(ICouncil.ProposalDone.selector, proposal);
        _refused(keyOf[debtor], address(council), withdrawing, done, "after it was carried out");
    }

    // ------------------------------------------------------------------------------------------------------ execution

    function test_execute_makesTheCallOnce() public {
        _seat(3);
        uint64 proposal = _ready(address(ledger), _adding(), 2);
        vm.expectEmit(address(ledger));
        emit IParties.KeyAdded(rival, NEW_KEY);
        vm.expectEmit(address(council));
        emit ICouncil.ActExecuted(proposal, debtor, 2, 2);
        _execute(proposal, address(ledger), _adding());
        vm.assertEq(uint256(council.proposalOf(proposal).state), uint256(ProposalState.Executed), "state");
        bytes memory done = abi.encodeWithSelector(ICouncil.ProposalDone.selector, proposal);
        _notExecuted(proposal, address(ledger), _adding(), done, "again");
        _notApproved(second, proposal, _actHash(address(ledger), _adding()), done);
    }

    function test_execute_refusals() public {
        _seat(3);
        uint64 proposal = _ready(address(ledger), _adding(), 2);
        bytes memory executing = abi.encodeCall(council.execute, (proposal, address(ledger), _adding()));
        bytes memory outside = abi.encodeWithSelector(ICouncil.NotAMember.selector, third);
        _refused(keyOf[third], address(council), executing, outside, "no member");
        bytes memory unlike = abi.encodeWithSelector(ICouncil.ActUnlike.selector, proposal);
        _notExecuted(proposal, address(cash), _adding(), unlike, "another target");
        bytes memory other = abi.encodeCall(ledger.addKey, (rival, address(0x4e4)));
        _notExecuted(proposal, address(ledger), other, unlike, "another call");
        bytes memory unknown = abi.encodeWithSelector(ICouncil.ProposalUnknown.selector, proposal + 1);
        _notExecuted(proposal + 1, address(ledger), _adding(), unknown, "unknown");
    }

    function test_execute_onlyInItsTime() public {
        _seat(3);
        uint64 proposal = _ready(address(ledger), _adding(), 2);
        vm.warp(START + COUNCIL_DELAY_S - 1);
        bytes memory early =
            abi.encodeWithSelector(ICouncil.ProposalTooEarly.selector, proposal, START + COUNCIL_DELAY_S);
        _notExecuted(proposal, address(ledger), _adding(), early, "a second early");
        vm.warp(START + COUNCIL_LIFETIME_S + 1);
        bytes memory late =
            abi.encodeWithSelector(ICouncil.ProposalExpired.selector, proposal, START + COUNCIL_LIFETIME_S);
        _notExecuted(proposal, address(ledger), _adding(), late, "a second late");
        vm.warp(START + COUNCIL_LIFETIME_S);
        _execute(proposal, address(ledger), _adding());
    }

    function test_execute_needsTwoThirdsRoundedUp() public {
        uint8[5] memory quorums = [2, 3, 4, 4, 5];
        for (uint256 count = 3; count <= 7; ++count) {
            uint256 snapshot = vm.snapshotState();
            _seat(count);
            uint256 quorum = quorums[count - 3];
            uint64 proposal = _ready(address(ledger), _adding(), quorum - 1);
            bytes memory lacking = abi.encodeWithSelector(ICouncil.QuorumMissing.selector, proposal, quorum - 1, quorum);
            _notExecuted(proposal, address(ledger), _adding(), lacking, "one too few");
            _approve(proposal, _seats[quorum - 1]);
            _execute(proposal, address(ledger), _adding());
            vm.revertToState(snapshot);
        }
    }

    function test_execute_countsTheMembersOfThatMoment() public {
        _seat(4);
        uint64 proposal = _ready(address(ledger), _adding(), 3);
        _tally(proposal, 3, 3);
        vm.prank(REGISTRAR);
        ledger.setPartyState(second, PartyState.Suspended);
        _tally(proposal, 2, 3);
        bytes memory lacking = abi.encodeWithSelector(ICouncil.QuorumMissing.selector, proposal, 2, 3);
        _notExecuted(proposal, address(ledger), _adding(), lacking, "one is suspended");
        vm.prank(REGISTRAR);
        ledger.setPartyState(second, PartyState.Active);
        _decide(address(council), abi.encodeCall(council.remove, (supplier)), 3);
        _tally(proposal, 2, 2);
        _decide(address(council), _admitting(rival), 2);
        _decide(address(council), _admitting(funder), 3);
        _tally(proposal, 2, 4);
        lacking = abi.encodeWithSelector(ICouncil.QuorumMissing.selector, proposal, 2, 4);
        _notExecuted(proposal, address(ledger), _adding(), lacking, "more members by now");
        _approve(proposal, rival);
        _approve(proposal, third);
        _execute(proposal, address(ledger), _adding());
    }

    function test_execute_revertsWithTheCallsErrorAndStaysOpen() public {
        _seat(3);
        bytes memory call_ = abi.encodeCall(ledger.addKey, (rival, keyOf[debtor]));
        uint64 proposal = _ready(address(ledger), call_, 2);
        bytes memory used = abi.encodeWithSelector(IParties.KeyInUse.selector, keyOf[debtor], debtor);
        _notExecuted(proposal, address(ledger), call_, used, "the call's error");
        vm.assertEq(uint256(council.proposalOf(proposal).state), uint256(ProposalState.Open), "open");
    }

    /// @dev The council has the rights that it was given and no others.
    function test_execute_givesTheCouncilNoOtherRight() public {
        _seat(3);
        bytes memory call_ = abi.encodeCall(cash.issue, (rival, CNY, 1, REASON));
        uint64 proposal = _ready(address(cash), call_, 3);
        _notExecuted(proposal, address(cash), call_, _unauthorized(address(council)), "not the bank");
    }

    function test_council_takesInstructions() public {
        _seat(3);
        bytes32 approveType = keccak256("ApproveAct(uint64 proposal,bytes32 actHash,uint256 nonce,uint40 deadline)");
        _route(approveType, address(council), council.approve.selector, hex"02");
        uint64 proposal = _proposeAct(address(ledger), _adding());
        bytes memory args = abi.encode(proposal, _actHash(address(ledger), _adding()));
        instructions.execute(_ofWords(DEBTOR_SECRET, approveType, args, 1));
        instructions.execute(_ofWords(SUPPLIER_SECRET, approveType, args, 1));
        _tally(proposal, 2, 2);
    }

    // ------------------------------------------------------------------------------------------------------- recovery

    function test_recovery_ofALostKey() public {
        _seat(3);
        address lost = keyOf[rival];
        _decide(address(ledger), _adding(), 2);
        _decide(address(ledger), abi.encodeCall(ledger.removeKey, (rival, lost)), 2);
        (PartyId actor,) = ledger.actorOf(NEW_KEY);
        vm.assertTrue(actor == rival, "the new key acts");
        _refused(STRANGER, address(ledger), abi.encodeCall(ledger.actorOf, (lost)), _notAParty(lost));
    }

    // -------------------------------------------------------------------------------------------------------- helpers

    function _admitting(PartyId party) private view returns (bytes memory) {
        (,, address[] memory keys) = ledger.partyOf(party);
        return abi.encodeCall(council.admit, (party, keys));
    }

    function _notCreated(uint32 delayS, uint32 lifetimeS, bytes memory expected) private {
        (bool done, bytes memory answer) = _created(abi.encode(authority, ledger, delayS, lifetimeS));
        vm.assertFalse(done, "created");
        vm.assertEq(answer, expected, "why");
    }

    function _created(bytes memory arguments) private returns (bool done, bytes memory answer) {
        bytes memory code = bytes.concat(vm.getCode("Council.sol:Council"), arguments);
        address made;
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
            let size := returndatasize()
            answer := mload(0x40)
            mstore(0x40, add(answer, add(size, 64)))
            mstore(answer, size)
            returndatacopy(add(answer, 32), 0, size)
        }
        done = made != address(0);
    }

    function _seat(uint256 count) private {
        PartyId[] memory members = new PartyId[](count);
        for (uint256 i = 0; i < count; ++i) {
            members[i] = _seats[i];
        }
        vm.prank(GOVERNOR);
        council.seat(members);
    }

    function _notSeated(PartyId[] memory members, bytes memory expected, string memory why) private {
        _refused(GOVERNOR, address(council), abi.encodeCall(council.seat, (members)), expected, why);
    }

    function _adding() private view returns (bytes memory) {
        return abi.encodeCall(ledger.addKey, (rival, NEW_KEY));
    }

    function _actHash(address target, bytes memory call_) private pure returns (bytes32) {
        return keccak256(abi.encode(target, call_));
    }

    /// @dev By whoever is a member first.
    function _proposeAct(address target, bytes memory call_) private returns (uint64 proposal) {
        address key = keyOf[council.members()[0]];
        vm.prank(key);
        proposal = council.propose(target, call_, REASON);
    }

    function _approve(uint64 proposal, PartyId member) private {
        bytes32 act = council.proposalOf(proposal).actHash;
        vm.prank(keyOf[member]);
        council.approve(proposal, act);
    }

    function _notApproved(PartyId member, uint64 proposal, bytes32 act, bytes memory expected) private {
        _refused(keyOf[member], address(council), abi.encodeCall(council.approve, (proposal, act)), expected);
    }

    /// @dev Proposed, approved by the first so many members, and its time has come.
    function _ready(address target, bytes memory call_, uint256 approvals) private returns (uint64 proposal) {
        proposal = _proposeAct(target, call_);
        PartyId[] memory members = council.members();
        for (uint256 i = 0; i < approvals; ++i) {
            _approve(proposal, members[i]);
        }
        vm.warp(block.timestamp + COUNCIL_DELAY_S);
    }

    function _execute(uint64 proposal, address target, bytes memory call_) private {
        address key = keyOf[council.members()[0]];
        vm.prank(key);
        council.execute(proposal, target, call_);
    }

    function _decide(address target, bytes memory call_, uint256 approvals) private {
        _execute(_ready(target, call_, approvals), target, call_);
    }

    function _decisionFails(bytes memory call_, bytes memory expected) private {
        uint64 proposal = _ready(address(council), call_, council.members().length);
        _notExecuted(proposal, address(council), call_, expected, "the decision");
    }

    function _notExecuted(uint64 proposal, address target, bytes memory call_, bytes memory expected, string memory why)
        private
    {
        address key = keyOf[council.members()[0]];
        bytes memory executing = abi.encodeCall(council.execute, (proposal, target, call_));
        _refused(key, address(council), executing, expected, why);
    }

    function _tally(uint64 proposal, uint256 approvals, uint256 quorum) private view {
        (uint256 counted, uint256 needed) = council.tallyOf(proposal);
        vm.assertEq(counted, approvals, "approvals");
        vm.assertEq(needed, quorum, "quorum");
    }
}
