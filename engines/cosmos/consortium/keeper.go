package consortium

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	abci "github.com/cometbft/cometbft/abci/types"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"cosmossdk.io/core/address"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

var (
	validatorPrefix = []byte{1} // + public key -> Validator
	addressPrefix   = []byte{2} // + consensus address -> public key
	ballotPrefix    = []byte{3} // + digest of the question -> ballot
	changePrefix    = []byte{4} // + public key -> power that consensus is told at the end of this block
)

// DeployerPolicy is the part of the EVM that holds who may create contracts.
type DeployerPolicy interface {
	GetParams(ctx sdk.Context) evmtypes.Params
	SetParams(ctx sdk.Context, params evmtypes.Params) error
}

// Keeper reads and changes the validators' list. It also answers what the EVM asks a staking module elsewhere: which
// address a block's proposer has.
type Keeper struct {
	key            storetypes.StoreKey
	addresses      address.Codec
	deployerPolicy DeployerPolicy
	denomination   string
}

// NewKeeper keeps its state under key; denomination is the name of the (worthless) unit that the EVM counts fees in.
func NewKeeper(key storetypes.StoreKey, addresses address.Codec, denomination string) *Keeper {
	return &Keeper{key: key, addresses: addresses, denomination: denomination}
}

// SetDeployerPolicy is called once, when the EVM that holds the policy has been made.
func (k *Keeper) SetDeployerPolicy(policy DeployerPolicy) {
	k.deployerPolicy = policy
}

func under(prefix, key []byte) []byte {
	return slices.Concat(prefix, key)
}

func (k *Keeper) store(ctx sdk.Context) storetypes.KVStore {
	return ctx.KVStore(k.key)
}

func (k *Keeper) put(ctx sdk.Context, validator Validator) {
	store := k.store(ctx)
	store.Set(under(validatorPrefix, validator.PublicKey[:]), mustJSON(validator))
	store.Set(under(addressPrefix, validator.PublicKey.ConsensusAddress()), validator.PublicKey[:])
}

func (k *Keeper) get(ctx sdk.Context, key PublicKey) (Validator, bool) {
	encoded := k.store(ctx).Get(under(validatorPrefix, key[:]))
	if encoded == nil {
		return Validator{}, false
	}
	return decodeValidator(encoded), true
}

func decodeValidator(encoded []byte) Validator {
	var validator Validator
	if err := json.Unmarshal(encoded, &validator); err != nil {
		panic(fmt.Errorf("reading a validator's record: %w", err))
	}
	return validator
}

// Validators lists every validator that ever was, in the order of their public keys.
func (k *Keeper) Validators(ctx sdk.Context) []Validator {
	var all []Validator
	iterator := storetypes.KVStorePrefixIterator(k.store(ctx), validatorPrefix)
	defer iterator.Close()
	for ; iterator.Valid(); iterator.Next() {
		all = append(all, decodeValidator(iterator.Value()))
	}
	return all
}

func active(validators []Validator) []Validator {
	return slices.DeleteFunc(slices.Clone(validators), func(v Validator) bool { return !v.Active })
}

// InitGenesis writes the first validators and tells consensus of them.
func (k *Keeper) InitGenesis(ctx sdk.Context, genesis Genesis) []abci.ValidatorUpdate {
	var updates []abci.ValidatorUpdate
	for _, validator := range genesis.Validators {
		k.put(ctx, validator)
		updates = append(updates, validator.PublicKey.update(power))
	}
	return updates
}

// EndBlock tells consensus of the changes that this block's votes decided. They hold from the next block but one.
func (k *Keeper) EndBlock(ctx sdk.Context) []abci.ValidatorUpdate {
	var updates []abci.ValidatorUpdate
	var decided [][]byte
	iterator := storetypes.KVStorePrefixIterator(k.store(ctx), changePrefix)
	for ; iterator.Valid(); iterator.Next() {
		updates = append(updates, PublicKey(iterator.Key()[1:]).update(int64(iterator.Value()[0])))
		decided = append(decided, iterator.Key())
	}
	iterator.Close()
	for _, key := range decided {
		k.store(ctx).Delete(key)
	}
	return updates
}

// Tally says how a vote left its question.
type Tally struct {
	Votes   int
	Needed  int
	Decided bool
}

// VoteOnValidator counts the voice of voter for admitting or removing a validator, and does it with the last voice
// needed.
//
// It refuses a voter that operates no active validator, a second voice of the same operator, admitting one that is active
// or whose operator or name is another's, removing one that is not active, and removing the last one.
func (k *Keeper) VoteOnValidator(ctx sdk.Context, voter common.Address, subject Validator, admit bool) (Tally, error) {
	all := k.Validators(ctx)
	if err := checkChange(active(all), subject, admit); err != nil {
		return Tally{}, err
	}
	question := ballotKey("validator", admit, subject.PublicKey[:])
	if admit {
		// Who votes for one operator and name has not voted for another behind the same key.
		question = ballotKey("validator", admit, subject.PublicKey[:], subject.Operator.Bytes(), []byte(subject.Name))
	}
	tally, err := k.count(ctx, all, voter, question)
	if err != nil || !tally.Decided {
		return tally, err
	}
	changed := int64(0)
	if admit {
		changed = power
	} else {
		subject, _ = k.get(ctx, subject.PublicKey)
	}
	subject.Active = admit
	k.put(ctx, subject)
	k.store(ctx).Set(under(changePrefix, subject.PublicKey[:]), []byte{byte(changed)})
	return tally, nil
}

func checkChange(active []Validator, subject Validator, admit bool) error {
	known := slices.IndexFunc(active, func(v Validator) bool { return v.PublicKey == subject.PublicKey })
	if !admit {
		if known < 0 {
			return errors.New("NotAValidator: no active validator has this public key")
		}
		if len(active) == 1 {
			return errors.New("LastValidator: the chain would stop without its last validator")
		}
		return nil
	}
	if known >= 0 {
		return errors.New("AlreadyAValidator: an active validator has this public key")
	}
	for _, other := range active {
		if other.Operator == subject.Operator || other.Name == subject.Name {
			return errors.New("NameOrOperatorTaken: an active validator has this operator or name")
		}
	}
	return subject.check()
}

// VoteOnDeployer counts the voice of voter for letting account create contracts, or no longer.
//
// It refuses a voter that operates no active validator, a second voice of the same operator, a question whose answer is
// what holds already, and any question on a chain where everybody may create contracts.
func (k *Keeper) VoteOnDeployer(ctx sdk.Context, voter, account common.Address, allowed bool) (Tally, error) {
	params := k.deployerPolicy.GetParams(ctx)
	create := &params.AccessControl.Create
	if create.AccessType != evmtypes.AccessTypePermissioned {
		return Tally{}, errors.New("DeploymentNotRestricted: this chain's genesis lets every account create contracts")
	}
	listed := slices.ContainsFunc(create.AccessControlList, func(entry string) bool {
		return common.HexToAddress(entry) == account
	})
	if listed == allowed {
		return Tally{}, fmt.Errorf("NothingToDecide: the account's permission is %t already", allowed)
	}
	tally, err := k.count(ctx, k.Validators(ctx), voter, ballotKey("deployer", allowed, account.Bytes()))
	if err != nil || !tally.Decided {
		return tally, err
	}
	if allowed {
		create.AccessControlList = append(create.AccessControlList, account.Hex())
	} else {
		create.AccessControlList = slices.DeleteFunc(create.AccessControlList, func(entry string) bool {
			return common.HexToAddress(entry) == account
		})
	}
	return tally, k.deployerPolicy.SetParams(ctx, params)
}

// count adds the voice and closes the ballot when it was the last one needed. Voices of operators that have been voted
// out since do not count.
func (k *Keeper) count(ctx sdk.Context, all []Validator, voter common.Address, key []byte) (Tally, error) {
	seats := active(all)
	operates := func(account common.Address) bool {
		return slices.ContainsFunc(seats, func(v Validator) bool { return v.Operator == account })
	}
	if !operates(voter) {
		return Tally{}, errors.New("NotAnOperator: only operators of active validators vote")
	}
	var open ballot
	if encoded := k.store(ctx).Get(key); encoded != nil {
		if err := json.Unmarshal(encoded, &open); err != nil {
			return Tally{}, fmt.Errorf("reading a ballot: %w", err)
		}
	}
	open.Voters = slices.DeleteFunc(open.Voters, func(account common.Address) bool { return !operates(account) })
	if slices.Contains(open.Voters, voter) {
		return Tally{}, errors.New("VotedAlready: this operator's voice is counted")
	}
	open.Voters = append(open.Voters, voter)
	tally := Tally{Votes: len(open.Voters), Needed: VotesNeeded(len(seats))}
	if tally.Votes >= tally.Needed {
		tally.Decided = true
		k.store(ctx).Delete(key)
		return tally, nil
	}
	k.store(ctx).Set(key, mustJSON(open))
	return tally, nil
}

// ballotKey is the same for all who answer the same question, and differs for any other.
func ballotKey(subject string, yes bool, parts ...[]byte) []byte {
	digest := sha256.New()
	for _, part := range append([][]byte{[]byte(subject), fmt.Append(nil, yes)}, parts...) {
		fmt.Fprintf(digest, "%d:", len(part))
		digest.Write(part)
	}
	return under(ballotPrefix, digest.Sum(nil))
}

// GetValidatorByConsAddr answers the EVM's question for the account behind a block's proposer, active or not.
func (k *Keeper) GetValidatorByConsAddr(goCtx context.Context, consensus sdk.ConsAddress) (stakingtypes.Validator, error) {
	ctx := sdk.UnwrapSDKContext(goCtx)
	key := k.store(ctx).Get(under(addressPrefix, consensus))
	if key == nil {
		return stakingtypes.Validator{}, fmt.Errorf("no validator has the consensus address %X", []byte(consensus))
	}
	validator, _ := k.get(ctx, PublicKey(key))
	return stakingtypes.Validator{
		OperatorAddress: sdk.ValAddress(validator.Operator.Bytes()).String(),
		Description:     stakingtypes.Description{Moniker: validator.Name},
	}, nil
}

// GetHistoricalInfo always refuses: the EVM keeps the hashes of old blocks in its own state.
func (k *Keeper) GetHistoricalInfo(context.Context, int64) (stakingtypes.HistoricalInfo, error) {
	return stakingtypes.HistoricalInfo{}, stakingtypes.ErrNoHistoricalInfo
}

// ValidatorAddressCodec tells how operators' addresses are written.
func (k *Keeper) ValidatorAddressCodec() address.Codec {
	return k.addresses
}

// BondDenom names the fee unit; nothing is bonded.
func (k *Keeper) BondDenom(context.Context) (string, error) {
	return k.denomination, nil
}
