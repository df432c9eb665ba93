package main

import (
	"context"
	"errors"

	"cosmossdk.io/core/address"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	errortypes "github.com/cosmos/cosmos-sdk/types/errors"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/gogoproto/proto"

	evmante "github.com/cosmos/evm/ante"
	evmmonoante "github.com/cosmos/evm/ante/evm"
	evmaddress "github.com/cosmos/evm/encoding/address"
	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// errNotKept is answered where the library's interface asks for what a network without stake lacks.
var errNotKept = errors.New("a network of named validators keeps no staking history")

// admit checks a transaction before it enters the pool or a block. Ethereum transactions alone are
// admitted: every other kind of message would be a second way in, around the contracts' rules.
func (n *Node) admit(maxGasWanted uint64) sdk.AnteHandler {
	ethereumTx := "/" + proto.MessageName(&evmtypes.ExtensionOptionsEthereumTx{})
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		withOptions, ok := tx.(authante.HasExtensionOptionsTx)
		if !ok || len(withOptions.GetExtensionOptions()) != 1 ||
			withOptions.GetExtensionOptions()[0].GetTypeUrl() != ethereumTx {
			return ctx, errorsmod.Wrap(errortypes.ErrUnknownRequest, "only Ethereum transactions are admitted")
		}
		evmParams := n.evm.GetParams(ctx)
		feeParams := n.feeMarket.GetParams(ctx)
		handler := sdk.ChainAnteDecorators(
			evmmonoante.NewEVMMonoDecorator(n.accounts, n.feeMarket, n.evm, maxGasWanted, &evmParams, &feeParams),
			evmante.NewTxListenerDecorator(n.announcePending),
		)
		return handler(ctx, tx, simulate)
	}
}

// genesisValidators answers the EVM's questions about validators without any stake behind them: the
// block's beneficiary is the address of the proposer's consensus key.
type genesisValidators struct{}

func (genesisValidators) GetHistoricalInfo(context.Context, int64) (stakingtypes.HistoricalInfo, error) {
	return stakingtypes.HistoricalInfo{}, errNotKept
}

func (genesisValidators) GetValidatorByConsAddr(
	_ context.Context, consensus sdk.ConsAddress,
) (stakingtypes.Validator, error) {
	return stakingtypes.Validator{OperatorAddress: sdk.ValAddress(consensus).String()}, nil
}

func (genesisValidators) ValidatorAddressCodec() address.Codec {
	return evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32ValidatorAddrPrefix())
}

func (genesisValidators) BondDenom(context.Context) (string, error) { return coinBase, nil }
