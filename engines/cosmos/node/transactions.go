package node

import (
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"

	evmante "github.com/cosmos/evm/ante"
	evmdecorators "github.com/cosmos/evm/ante/evm"
	evmmempool "github.com/cosmos/evm/mempool"
	"github.com/cosmos/evm/server"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
)

// errNotEthereum refuses the messages that a public chain of this family would take.
var errNotEthereum = errors.New("only Ethereum transactions are taken: one message of the type MsgEthereumTx")

func onlyEthereum(tx sdk.Tx) (*evmtypes.MsgEthereumTx, error) {
	messages := tx.GetMsgs()
	if len(messages) != 1 {
		return nil, fmt.Errorf("%w, not %d messages", errNotEthereum, len(messages))
	}
	message, ok := messages[0].(*evmtypes.MsgEthereumTx)
	if !ok {
		return nil, fmt.Errorf("%w, not %T", errNotEthereum, messages[0])
	}
	return message, nil
}

// makeAnteHandler checks what a transaction must be before the EVM sees it: its signature, number, gas and permissions.
func (app *Application) makeAnteHandler(mostGas uint64) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if _, err := onlyEthereum(tx); err != nil {
			return ctx, fmt.Errorf("%w: %w", sdkerrors.ErrInvalidRequest, err)
		}
		evmParams, feeParams := app.evm.GetParams(ctx), app.fees.GetParams(ctx)
		check := sdk.ChainAnteDecorators(
			evmdecorators.NewEVMMonoDecorator(app.accounts, app.fees, app.evm, mostGas, &evmParams, &feeParams),
			evmante.NewTxListenerDecorator(app.onPendingTx),
		)
		return check(ctx, tx, simulate)
	}
}

func (app *Application) makeMempool(options servertypes.AppOptions, logger log.Logger) {
	settings := server.ResolveMempoolConfig(app.AnteHandler(), options, logger)
	encoder := evmmempool.NewTxEncoder(app.encoding.TxConfig)
	app.mempool = evmmempool.NewMempool(
		app.CreateQueryContext, logger, app.evm, app.fees, app.encoding.TxConfig,
		evmmempool.NewTxRechecker(settings.AnteHandler, encoder), evmmempool.NewTxRechecker(settings.AnteHandler, encoder),
		settings, server.GetCosmosPoolMaxTx(options, logger),
	)
	app.SetMempool(app.mempool)
	app.SetInsertTxHandler(app.mempool.NewInsertTxHandler(app.TxDecode))
	app.SetReapTxsHandler(app.mempool.NewReapTxsHandler())
	app.SetCheckTxHandler(app.mempool.NewCheckTxHandler(app.TxDecode, server.GetMempoolCheckTxTimeout(options, logger)))
	proposals := baseapp.NewDefaultProposalHandler(app.mempool, checkedByPool{app.BaseApp})
	app.SetPrepareProposal(proposals.PrepareProposalHandler())
}

// checkedByPool spares the proposer a second check of transactions that its own pool has just checked.
type checkedByPool struct{ *baseapp.BaseApp }

// PrepareProposalVerifyTx only encodes.
func (c checkedByPool) PrepareProposalVerifyTx(tx sdk.Tx) ([]byte, error) {
	return c.TxEncode(tx)
}

// processProposal refuses a block that holds anything but Ethereum transactions, or more gas than a block may. It does
// not check signatures and numbers: executing the block does, and a transaction that fails there changes nothing.
func (app *Application) processProposal(
	ctx sdk.Context, request *abci.RequestProcessProposal,
) (*abci.ResponseProcessProposal, error) {
	refused := &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}
	most := uint64(0)
	if block := ctx.ConsensusParams().Block; block != nil && block.MaxGas > 0 {
		most = uint64(block.MaxGas)
	}
	total := uint64(0)
	for i, encoded := range request.Txs {
		tx, err := app.TxDecode(encoded)
		if err != nil {
			app.Logger().Error("refusing a block with an unreadable transaction", "index", i, "error", err)
			return refused, nil
		}
		message, err := onlyEthereum(tx)
		if err != nil {
			app.Logger().Error("refusing a block", "index", i, "error", err)
			return refused, nil
		}
		gas := message.GetGas()
		if total += gas; total < gas || (most > 0 && total > most) {
			app.Logger().Error("refusing a block with more gas than a block may have", "most", most)
			return refused, nil
		}
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}
