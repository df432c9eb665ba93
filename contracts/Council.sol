// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Administered} from "./Administered.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {ICouncil} from "./interfaces/ICouncil.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IParties} from "./interfaces/IParties.sol";
import {PartyId} from "./types/Ids.sol";
import {ProposalState} from "./types/States.sol";

/// @title Council
/// @dev Approvals are counted over the members when they are needed, so that whoever left or is suspended counts no
/// more, and a new member counts at once.
contract Council is Administered, LedgerClient, ICouncil {
    uint256 private constant MAX_MEMBERS = 64;

    uint32 private immutable DELAY_S;
    uint32 private immutable LIFETIME_S;

    uint64 private _proposalCount;
    PartyId[] private _members;
    mapping(PartyId party => bool seated) private _isMember;
    mapping(uint64 proposal => Proposal record) private _proposals;
    mapping(uint64 proposal => mapping(PartyId member => bool approved)) private _approvals;

    modifier onlyByVote() {
        if (msg.sender != address(this)) revert OnlyByVote(msg.sender);
        _;
    }

    /// @param delayS from the proposal to the first second in which it can be carried out.
    /// @param lifetimeS from the proposal to the last one.
    constructor(address authority, ILedger ledger, uint32 delayS, uint32 lifetimeS)
        AccessManaged(authority)
        LedgerClient(ledger)
    {
        if (lifetimeS <= delayS) revert LifetimeTooShort(lifetimeS, delayS);
        (DELAY_S, LIFETIME_S) = (delayS, lifetimeS);
    }

    /// @inheritdoc ICouncil
    function seat(PartyId[] calldata first) external restricted {
        if (_members.length != 0) revert AlreadySeated();
        if (first.length == 0) revert NobodySeated();
        for (uint256 i = 0; i < first.length; ++i) {
            _seat(first[i]);
        }
    }

    /// @inheritdoc ICouncil
    function admit(PartyId member) external onlyByVote {
        _seat(member);
    }

    /// @inheritdoc ICouncil
    function remove(PartyId member) external onlyByVote {
        if (!_isMember[member]) revert NotAMember(member);
        uint256 final_ = _members.length - 1;
        if (final_ == 0) revert LastMember(member);
        _isMember[member] = false;
        for (uint256 i = 0; i < final_; ++i) {
            if (_members[i] == member) {
                _members[i] = _members[final_];
                break;
            }
        }
        _members.pop();
        emit MemberRemoved(member);
    }

    /// @inheritdoc ICouncil
    function propose(address target, bytes calldata callData, bytes32 reasonHash) external returns (uint64 proposal) {
        PartyId proposer = _actingMember();
        if (reasonHash == 0) revert ReasonMissing();
        if (target.code.length == 0) revert ActTargetMissing(target);
        proposal = ++_proposalCount;
        Proposal memory record = Proposal({
            state: ProposalState.Open,
            proposer: proposer,
            executableAt: uint40(block.timestamp + DELAY_S),
            expiresAt: uint40(block.timestamp + LIFETIME_S),
            actHash: _actHash(target, callData)
        });
        _proposals[proposal] = record;
        emit ActProposed(proposal, proposer, target, callData, reasonHash, record.executableAt, record.expiresAt);
    }

    /// @inheritdoc ICouncil
    function approve(uint64 proposal, bytes32 actHash) external {
        PartyId member = _actingMember();
        if (_open(proposal).actHash != actHash) revert ActUnlike(proposal);
        if (_approvals[proposal][member]) revert ApprovalKnown(proposal, member);
        _approvals[proposal][member] = true;
        emit ActApproved(proposal, member);
    }

    /// @inheritdoc ICouncil
    function withdrawApproval(uint64 proposal) external {
        PartyId member = _actingMember();
        _open(proposal);
        if (!_approvals[proposal][member]) revert ApprovalMissing(proposal, member);
        _approvals[proposal][member] = false;
        emit ApprovalWithdrawn(proposal, member);
    }

    /// @inheritdoc ICouncil
    function execute(uint64 proposal, address target, bytes calldata callData) external returns (bytes memory answer) {
        PartyId by = _actingMember();
        Proposal storage record = _open(proposal);
        if (record.actHash != _actHash(target, callData)) revert ActUnlike(proposal);
        if (block.timestamp < record.executableAt) revert ProposalTooEarly(proposal, record.executableAt);
        (uint256 approvals, uint256 quorum) = tallyOf(proposal);
        if (approvals < quorum) revert QuorumMissing(proposal, approvals, quorum);
        // Before the call: an act cannot be carried out again from within itself.
        record.state = ProposalState.Executed;
        answer = Address.functionCall(target, callData);
        emit ActExecuted(proposal, by, approvals, quorum);
    }

    /// @inheritdoc ICouncil
    function proposalOf(uint64 proposal) external view returns (Proposal memory) {
        return _proposals[proposal];
    }

    /// @inheritdoc ICouncil
    function tallyOf(uint64 proposal) public view returns (uint256 approvals, uint256 quorum) {
        uint256 count = _members.length;
        for (uint256 i = 0; i < count; ++i) {
            PartyId member = _members[i];
            if (_approvals[proposal][member] && LEDGER.isActive(member)) ++approvals;
        }
        quorum = (2 * count + 2) / 3;
    }

    /// @inheritdoc ICouncil
    function hasApproved(uint64 proposal, PartyId member) external view returns (bool) {
        return _approvals[proposal][member];
    }

    /// @inheritdoc ICouncil
    function members() external view returns (PartyId[] memory) {
        return _members;
    }

    /// @inheritdoc ICouncil
    function isMember(PartyId party) external view returns (bool) {
        return _isMember[party];
    }

    /// @inheritdoc ICouncil
    function proposalCount() external view returns (uint64) {
        return _proposalCount;
    }

    function _actingMember() private view returns (PartyId member) {
        member = _actingParty();
        if (!_isMember[member]) revert NotAMember(member);
    }

    function _open(uint64 proposal) private view returns (Proposal storage record) {
        record = _proposals[proposal];
        if (record.state == ProposalState.None) revert ProposalUnknown(proposal);
        if (record.state == ProposalState.Executed) revert ProposalDone(proposal);
        if (block.timestamp > record.expiresAt) revert ProposalExpired(proposal, record.expiresAt);
    }

    function _seat(PartyId member) private {
        if (!_partyExists(member)) revert IParties.PartyUnknown(member);
        if (_isMember[member]) revert MemberKnown(member);
        if (_members.length == MAX_MEMBERS) revert TooManyMembers(MAX_MEMBERS);
        _isMember[member] = true;
        _members.push(member);
        emit MemberAdmitted(member);
    }

    function _actHash(address target, bytes calldata callData) private pure returns (bytes32) {
        return keccak256(abi.encode(target, callData));
    }
}
