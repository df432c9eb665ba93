package consortium

import (
	"bytes"
	_ "embed"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"

	precompiles "github.com/cosmos/evm/precompiles/common"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

//go:embed contract_abi.json
var contractABI []byte

var _ vm.PrecompiledContract = &Contract{}

// Contract is the ballot box that operators call like any other contract.
type Contract struct {
	precompiles.Precompile
	abi    abi.ABI
	keeper *Keeper
}

// NewContract serves keeper's votes at ContractAddress.
func NewContract(keeper *Keeper) (*Contract, error) {
	parsed, err := abi.JSON(bytes.NewReader(contractABI))
	if err != nil {
		return nil, fmt.Errorf("reading the consortium contract's ABI: %w", err)
	}
	return &Contract{
		Precompile: precompiles.Precompile{
			KvGasConfig:          storetypes.KVGasConfig(),
			TransientKVGasConfig: storetypes.TransientGasConfig(),
			ContractAddress:      common.HexToAddress(ContractAddress),
		},
		abi:    parsed,
		keeper: keeper,
	}, nil
}

func writes(method *abi.Method) bool {
	return !method.IsConstant()
}

// RequiredGas is the gas that a call takes before it does anything.
func (c *Contract) RequiredGas(input []byte) uint64 {
	if len(input) < 4 {
		return 0
	}
	method, err := c.abi.MethodById(input[:4])
	if err != nil {
		return 0
	}
	return c.Precompile.RequiredGas(input, writes(method))
}

// Run carries out one call; a refusal reverts it with the reason in words.
func (c *Contract) Run(evm *vm.EVM, contract *vm.Contract, readOnly bool) ([]byte, error) {
	return c.RunNativeAction(evm, contract, func(ctx sdk.Context) ([]byte, error) {
		method, args, err := precompiles.SetupABI(c.abi, contract, readOnly, writes)
		if err != nil {
			return nil, err
		}
		if value := contract.Value(); value != nil && !value.IsZero() {
			return nil, fmt.Errorf("NotPayable: the consortium takes no money")
		}
		switch method.Name {
		case "voteOnValidator":
			return c.voteOnValidator(ctx, evm, contract.Caller(), method, args)
		case "voteOnDeployer":
			return c.voteOnDeployer(ctx, evm, contract.Caller(), method, args)
		case "validators":
			return method.Outputs.Pack(inWords(c.keeper.Validators(ctx)))
		default:
			return nil, fmt.Errorf("the consortium has no method %q", method.Name)
		}
	})
}

// wordValidator is a Validator as the ABI spells it.
type wordValidator struct {
	PublicKey [publicKeySize]byte
	Operator  common.Address
	Name      string
	Active    bool
}

func inWords(validators []Validator) []wordValidator {
	words := make([]wordValidator, 0, len(validators))
	for _, v := range validators {
		words = append(words, v.inWords())
	}
	return words
}

func (v Validator) inWords() wordValidator {
	return wordValidator{PublicKey: v.PublicKey, Operator: v.Operator, Name: v.Name, Active: v.Active}
}

func (c *Contract) voteOnValidator(
	ctx sdk.Context, evm *vm.EVM, voter common.Address, method *abi.Method, args []any,
) ([]byte, error) {
	var vote struct {
		PublicKey [publicKeySize]byte
		Operator  common.Address
		Name      string
		Admitted  bool
	}
	if err := method.Inputs.Copy(&vote, args); err != nil {
		return nil, err
	}
	subject := Validator{PublicKey: vote.PublicKey, Operator: vote.Operator, Name: vote.Name}
	tally, err := c.keeper.VoteOnValidator(ctx, voter, subject, vote.Admitted)
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, evm, method, "ValidatorVoteCast", vote.PublicKey, voter, vote.Admitted, tally)
}

func (c *Contract) voteOnDeployer(
	ctx sdk.Context, evm *vm.EVM, voter common.Address, method *abi.Method, args []any,
) ([]byte, error) {
	var vote struct {
		Account common.Address
		Allowed bool
	}
	if err := method.Inputs.Copy(&vote, args); err != nil {
		return nil, err
	}
	tally, err := c.keeper.VoteOnDeployer(ctx, voter, vote.Account, vote.Allowed)
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, evm, method, "DeployerVoteCast", common.BytesToHash(vote.Account.Bytes()), voter, vote.Allowed, tally)
}

func (c *Contract) answer(
	ctx sdk.Context, evm *vm.EVM, method *abi.Method, name string, subject common.Hash, voter common.Address, yes bool, tally Tally,
) ([]byte, error) {
	votes, needed := big.NewInt(int64(tally.Votes)), big.NewInt(int64(tally.Needed))
	event := c.abi.Events[name]
	packed, err := event.Inputs.NonIndexed().Pack(yes, votes, needed)
	if err != nil {
		return nil, err
	}
	evm.StateDB.AddLog(&ethtypes.Log{
		Address:     c.Address(),
		Topics:      []common.Hash{event.ID, subject, common.BytesToHash(voter.Bytes())},
		Data:        packed,
		BlockNumber: uint64(ctx.BlockHeight()), //nolint:gosec // heights are never negative
	})
	return method.Outputs.Pack(votes, needed)
}
