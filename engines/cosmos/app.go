package main

import (
	"encoding/json"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cast"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/client/grpc/node"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/server"
	"github.com/cosmos/cosmos-sdk/server/api"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"

	"github.com/cosmos/evm/encoding"
	evmaddress "github.com/cosmos/evm/encoding/address"
	evmmempool "github.com/cosmos/evm/mempool"
	evmserver "github.com/cosmos/evm/server"
	srvflags "github.com/cosmos/evm/server/flags"
	"github.com/cosmos/evm/x/feemarket"
	feemarketkeeper "github.com/cosmos/evm/x/feemarket/keeper"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	"github.com/cosmos/evm/x/vm"
	evmkeeper "github.com/cosmos/evm/x/vm/keeper"
	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// Node is the replicated state machine that CometBFT drives: accounts, the EVM and nothing else.
//
// There is no stake, no inflation and no token market. A validator is a validator because genesis
// says so, and fees are zero, so the modules that exist for them are left out.
type Node struct {
	*baseapp.BaseApp

	encoding  encoding.Config
	evm       *evmkeeper.Keeper
	feeMarket feemarketkeeper.Keeper
	accounts  authkeeper.AccountKeeper

	modules   *module.Manager
	genesis   []genesisModule
	mempool   *evmmempool.Mempool
	listeners []func(common.Hash)
}

// genesisModule loads one part of the application's genesis; the order matters, because the EVM
// reads the description of its coin from the bank.
type genesisModule struct {
	name string
	load func(sdk.Context, json.RawMessage)
}

// NewNode wires the state machine over a database and loads its last committed block.
func NewNode(logger log.Logger, db dbm.DB, options servertypes.AppOptions) *Node {
	evmChainID := cast.ToUint64(options.Get(srvflags.EVMChainID))
	enc := encodingFor(evmChainID)
	base := baseapp.NewBaseApp(
		applicationName, logger, db, enc.TxConfig.TxDecoder(), server.DefaultBaseappOptions(options)...,
	)
	base.SetVersion("1")
	base.SetInterfaceRegistry(enc.InterfaceRegistry)
	base.SetTxEncoder(enc.TxConfig.TxEncoder())

	keys := storetypes.NewKVStoreKeys(
		authtypes.StoreKey, banktypes.StoreKey, consensustypes.StoreKey,
		feemarkettypes.StoreKey, evmtypes.StoreKey,
	)
	objectKeys := storetypes.NewObjectStoreKeys(evmtypes.ObjectKey, banktypes.ObjectStoreKey)

	n := &Node{BaseApp: base, encoding: enc}
	authority := authtypes.NewModuleAddress("consortium")
	n.accounts = authkeeper.NewAccountKeeper(
		enc.Codec, runtime.NewKVStoreService(keys[authtypes.StoreKey]), authtypes.ProtoBaseAccount,
		map[string][]string{
			authtypes.FeeCollectorName: nil,
			evmtypes.ModuleName:        {authtypes.Minter, authtypes.Burner},
		},
		evmaddress.NewEvmCodec(addressPrefix), addressPrefix, authority.String(),
	)
	bankKeeper := bankkeeper.NewBaseKeeper(
		enc.Codec, runtime.NewKVStoreService(keys[banktypes.StoreKey]), n.accounts,
		map[string]bool{}, authority.String(), logger,
	)
	consensusKeeper := consensuskeeper.NewKeeper(
		enc.Codec, runtime.NewKVStoreService(keys[consensustypes.StoreKey]), authority.String(),
		runtime.EventService{},
	)
	base.SetParamStore(consensusKeeper.ParamsStore)
	n.feeMarket = feemarketkeeper.NewKeeper(enc.Codec, authority, keys[feemarkettypes.StoreKey])
	n.evm = evmkeeper.NewKeeper(
		enc.Codec, keys[evmtypes.StoreKey], objectKeys[evmtypes.ObjectKey], evmReadableStores(keys),
		authority, n.accounts, bankKeeper, genesisValidators{}, n.feeMarket, &consensusKeeper, nil,
		evmChainID, cast.ToString(options.Get(srvflags.EVMTracer)),
	)

	n.wireModules(bankKeeper, consensusKeeper)
	base.MountKVStores(keys)
	base.MountObjectStores(objectKeys)
	base.SetInitChainer(n.initChain)
	base.SetPreBlocker(func(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		return n.modules.PreBlock(ctx)
	})
	base.SetBeginBlocker(n.modules.BeginBlock)
	base.SetEndBlocker(n.modules.EndBlock)
	base.SetAnteHandler(n.admit(cast.ToUint64(options.Get(srvflags.EVMMaxTxGasWanted))))
	n.wireMempool(logger, options)

	if err := base.LoadLatestVersion(); err != nil {
		panic(fmt.Errorf("load the last committed block: %w", err))
	}
	return n
}

func evmReadableStores(keys map[string]*storetypes.KVStoreKey) []storetypes.StoreKey {
	readable := make([]storetypes.StoreKey, 0, len(keys))
	for _, name := range []string{authtypes.StoreKey, banktypes.StoreKey, evmtypes.StoreKey, feemarkettypes.StoreKey} {
		readable = append(readable, keys[name])
	}
	return readable
}

func (n *Node) wireModules(bankKeeper bankkeeper.BaseKeeper, consensusKeeper consensuskeeper.Keeper) {
	cdc := n.encoding.Codec
	authModule := auth.NewAppModule(cdc, n.accounts, nil, nil)
	bankModule := bank.NewAppModule(cdc, bankKeeper, n.accounts, nil)
	feeModule := feemarket.NewAppModule(n.feeMarket)
	evmModule := vm.NewAppModule(n.evm, n.accounts, bankKeeper, n.accounts.AddressCodec())
	n.modules = module.NewManager(
		authModule, bankModule, consensus.NewAppModule(cdc, consensusKeeper), feeModule, evmModule,
	)
	n.modules.SetOrderPreBlockers(authtypes.ModuleName, evmtypes.ModuleName)
	n.modules.SetOrderBeginBlockers(feemarkettypes.ModuleName, evmtypes.ModuleName)
	n.modules.SetOrderEndBlockers(bankModule.Name(), evmtypes.ModuleName, feemarkettypes.ModuleName)
	n.genesis = []genesisModule{
		{authModule.Name(), func(ctx sdk.Context, raw json.RawMessage) { authModule.InitGenesis(ctx, cdc, raw) }},
		{bankModule.Name(), func(ctx sdk.Context, raw json.RawMessage) { bankModule.InitGenesis(ctx, cdc, raw) }},
		{feeModule.Name(), func(ctx sdk.Context, raw json.RawMessage) { feeModule.InitGenesis(ctx, cdc, raw) }},
		{evmModule.Name(), func(ctx sdk.Context, raw json.RawMessage) { evmModule.InitGenesis(ctx, cdc, raw) }},
	}
	configurator := module.NewConfigurator(cdc, n.MsgServiceRouter(), n.GRPCQueryRouter())
	if err := n.modules.RegisterServices(configurator); err != nil {
		panic(fmt.Errorf("register the modules' services: %w", err))
	}
}

// initChain loads genesis and keeps exactly the validators that genesis names.
func (n *Node) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &parts); err != nil {
		return nil, fmt.Errorf("read the application's genesis: %w", err)
	}
	for _, part := range n.genesis {
		part.load(ctx, parts[part.name])
	}
	validators := make([]abci.ValidatorUpdate, len(req.Validators))
	copy(validators, req.Validators)
	return &abci.ResponseInitChain{Validators: validators}, nil
}

// wireMempool gives CometBFT the EVM's own pool, which orders a sender's transactions by nonce.
func (n *Node) wireMempool(logger log.Logger, options servertypes.AppOptions) {
	config := evmserver.ResolveMempoolConfig(n.AnteHandler(), options, logger)
	converter := evmmempool.NewTxEncoder(n.encoding.TxConfig)
	n.mempool = evmmempool.NewMempool(
		n.CreateQueryContext, logger, n.evm, n.feeMarket, n.encoding.TxConfig,
		evmmempool.NewTxRechecker(n.AnteHandler(), converter),
		evmmempool.NewTxRechecker(n.AnteHandler(), converter),
		config, evmserver.GetCosmosPoolMaxTx(options, logger),
	)
	n.SetMempool(n.mempool)
	decode := n.encoding.TxConfig.TxDecoder()
	n.SetCheckTxHandler(n.mempool.NewCheckTxHandler(decode, evmserver.GetMempoolCheckTxTimeout(options, logger)))
	n.SetInsertTxHandler(n.mempool.NewInsertTxHandler(decode))
	n.SetReapTxsHandler(n.mempool.NewReapTxsHandler())
	proposals := baseapp.NewDefaultProposalHandler(n.mempool, n)
	proposals.SetSignerExtractionAdapter(
		evmmempool.NewEthSignerExtractionAdapter(sdkmempool.NewDefaultSignerExtractionAdapter()),
	)
	n.SetPrepareProposal(proposals.PrepareProposalHandler())
}

// GetMempool is asked for by the server, which hands the pool the event bus and a client.
func (n *Node) GetMempool() sdkmempool.ExtMempool { return n.mempool }

// RegisterPendingTxListener feeds the JSON-RPC subscription to pending transactions.
func (n *Node) RegisterPendingTxListener(listener func(common.Hash)) {
	n.listeners = append(n.listeners, listener)
}

func (n *Node) announcePending(hash common.Hash) {
	for _, listener := range n.listeners {
		listener(hash)
	}
}

// RegisterAPIRoutes adds nothing: the members use JSON-RPC, and the REST server stays off.
func (n *Node) RegisterAPIRoutes(*api.Server, serverconfig.APIConfig) {}

// RegisterTxService serves the transaction queries that JSON-RPC uses inside the process.
func (n *Node) RegisterTxService(clientCtx client.Context) {
	authtx.RegisterTxService(n.GRPCQueryRouter(), clientCtx, n.Simulate, n.encoding.InterfaceRegistry)
}

// RegisterTendermintService serves block and validator queries inside the process.
func (n *Node) RegisterTendermintService(clientCtx client.Context) {
	cometApp := server.NewCometABCIWrapper(n)
	cmtservice.RegisterTendermintService(
		clientCtx, n.GRPCQueryRouter(), n.encoding.InterfaceRegistry, cometApp.Query,
	)
}

// RegisterNodeService serves the node's own settings inside the process.
func (n *Node) RegisterNodeService(clientCtx client.Context, config serverconfig.Config) {
	node.RegisterNodeService(clientCtx, n.GRPCQueryRouter(), config, func() int64 {
		return n.CommitMultiStore().EarliestVersion()
	})
}

// Close stops the pool before the database under it.
func (n *Node) Close() error {
	return errors.Join(n.mempool.Close(), n.BaseApp.Close())
}
