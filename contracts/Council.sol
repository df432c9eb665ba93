// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Administered} from "./Administered.sol";
import {LedgerClient} from "./LedgerClient.sol";
import {ICouncil} from "./interfaces/ICouncil.sol";
import {ILedger} from "./interfaces/ILedger.sol";
import {IParties} from "./interfaces/IParties.sol";
import {PartyId} from "./types/Ids.sol";
import {PartyState, ProposalState} from "./types/States.sol";

/// @title Council
/// @dev Approvals are counted over the members when they are needed, so that whoever left or is suspended counts no
/// more, and a new member counts at once.
contract Council is Administered, LedgerClient, ICouncil {
    uint256 private constant MAX_MEMBERS = 64;
    /// @dev Two thirds of two are both: one lost key would end such a council, and of one it would be one key.
    uint256 private constant MIN_MEMBERS = 3;
    /// @dev More than validators' clocks may differ by, so that whoever states a block's time does not end a delay.
    uint32 private constant MIN_DELAY_S = 1 minutes;
    uint32 private constant MAX_DELAY_S = 90 days;
    /// @dev Of OpenZeppelin's AccessManager.
    uint64 private constant ADMIN_ROLE = 0;

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
        if (delayS < MIN_DELAY_S || delayS > MAX_DELAY_S) {
            revert DelayOutside(delayS, MIN_DELAY_S, MAX_DELAY_S);
        }
        if (lifetimeS <= delayS) revert LifetimeTooShort(lifetimeS, delayS);
        (DELAY_S, LIFETIME_S) = (delayS, lifetimeS);
    }

    /// @inheritdoc ICouncil
    function seat(PartyId[] calldata first) external restricted {
        if (_members.length != 0) revert AlreadySeated();
        if (first.length < MIN_MEMBERS) revert TooFewMembers(first.length, MIN_MEMBERS);
        for (uint256 i = 0; i < first.length; ++i) {
            _seat(first[i]);
        }
    }

    /// @inheritdoc ICouncil
    function admit(PartyId member, address[] calldata keys) external onlyByVote {
        _seat(member);
        (,, address[] memory held) = LEDGER.partyOf(member);
        if (keccak256(abi.encode(keys)) != keccak256(abi.encode(held))) revert MemberKeysUnlike(member);
    }

    /// @inheritdoc ICouncil
    function remove(PartyId member) external onlyByVote {
        if (!_isMember[member]) revert NotAMember(member);
        uint256 final_ = _members.length - 1;
        if (final_ < MIN_MEMBERS) revert TooFewMembers(final_, MIN_MEMBERS);
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
        (bool administered, uint256 lacking) = (_administers(), _shortfall());
        answer = Address.functionCall(target, callData);
        if (administered && !_administers()) revert AdministrationLost();
        if (_shortfall() > lacking) revert CouncilWouldStop(_able(), _quorumOf(_members.length));
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
        quorum = _quorumOf(count);
    }

    /// @inheritdoc ICouncil
    function times() external view returns (uint32 delayS, uint32 lifetimeS) {
        return (DELAY_S, LIFETIME_S);
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
        if (!_canAct(member)) revert MemberCannotAct(member);
        if (_isMember[member]) revert MemberKnown(member);
        if (_members.length == MAX_MEMBERS) revert TooManyMembers(MAX_MEMBERS);
        _isMember[member] = true;
        _members.push(member);
        emit MemberAdmitted(member);
    }

    /// @dev Without delay: a council that had to schedule its acts with the manager would wait twice.
    function _administers() private view returns (bool) {
        (bool holds, uint32 delayS) = IAccessManager(authority()).hasRole(ADMIN_ROLE, address(this));
        return holds && delayS == 0;
    }

    function _canAct(PartyId member) private view returns (bool) {
        (PartyState state,, address[] memory keys) = LEDGER.partyOf(member);
        return state == PartyState.Active && keys.length != 0;
    }

    function _able() private view returns (uint256 able) {
        uint256 count = _members.length;
        for (uint256 i = 0; i < count; ++i) {
            if (_canAct(_members[i])) ++able;
        }
    }

    /// @dev How many members that can act it lacks for a quorum: none, unless members lost rights in some other way. Then
    /// it may still do what does not make it worse.
    function _shortfall() private view returns (uint256) {
        (uint256 able, uint256 quorum) = (_able(), _quorumOf(_members.length));
        return able < quorum ? quorum - able : 0;
    }

    function _quorumOf(uint256 count) private pure returns (uint256) {
        return (2 * count + 2) / 3;
    }

    function _actHash(address target, bytes calldata callData) private pure returns (bytes32) {
        return keccak256(abi.encode(target, callData));
    }
}
