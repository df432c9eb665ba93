package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	sdkmath "cosmossdk.io/math"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/cosmos/evm/encoding"
	evmconfig "github.com/cosmos/evm/server/config"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// Limits of a block and of one question to a node. A block holds what two cores execute in about a
// second; the pool holds several such blocks, so that a burst waits instead of being refused.
const (
	blockGasLimit   = 100_000_000
	blockBytesLimit = 20 << 20
	callGasLimit    = 100_000_000
	requestBytes    = 64 << 20
	poolSlots       = 200_000
)

// founding is what the members agree on before their first block.
type founding struct {
	root       string
	validators int
	basePort   int
	evmChainID uint64
	pause      time.Duration
	creators   []string
	created    time.Time
}

func foundCommand(enc encoding.Config) *cobra.Command {
	var plan founding
	cmd := &cobra.Command{
		Use:   "found",
		Short: "Write the keys, genesis and settings of every validator under one folder",
		RunE: func(*cobra.Command, []string) error {
			plan.created = time.Now().UTC()
			return plan.write(enc)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&plan.root, "root", "", "folder that gets one folder a validator")
	flags.IntVar(&plan.validators, "validators", 4, "number of validators")
	flags.IntVar(&plan.basePort, "base-port", 26600, "first of ten ports a validator")
	flags.Uint64Var(&plan.evmChainID, "chain-id", 20260, "EIP-155 chain id")
	flags.DurationVar(&plan.pause, "pause", time.Second, "pause after a block before the next is proposed")
	flags.StringSliceVar(&plan.creators, "creators", nil, "addresses that may create contracts; none named: everybody may")
	return cmd
}

// Ports of one validator, ten apart from its neighbour's.
func (f founding) port(validator, offset int) int { return f.basePort + 10*validator + offset }

func (f founding) write(enc encoding.Config) error {
	if f.root == "" || f.validators < 1 {
		return fmt.Errorf("--root and a positive number of --validators are needed")
	}
	var members []cmttypes.GenesisValidator
	var peers []string
	for i := range f.validators {
		home := f.home(i)
		for _, folder := range []string{"config", "data"} {
			if err := os.MkdirAll(filepath.Join(home, folder), 0o700); err != nil {
				return err
			}
		}
		config := cometConfig()
		config.SetRoot(home)
		key := privval.LoadOrGenFilePV(config.PrivValidatorKeyFile(), config.PrivValidatorStateFile())
		nodeKey, err := p2p.LoadOrGenNodeKey(config.NodeKeyFile())
		if err != nil {
			return err
		}
		members = append(members, cmttypes.GenesisValidator{
			Address: key.Key.Address, PubKey: key.Key.PubKey, Power: 1, Name: fmt.Sprintf("validator-%d", i),
		})
		peers = append(peers, fmt.Sprintf("%s@127.0.0.1:%d", nodeKey.ID(), f.port(i, 0)))
	}
	genesis, err := f.genesis(enc, members)
	if err != nil {
		return err
	}
	for i := range f.validators {
		if err := genesis.SaveAs(filepath.Join(f.home(i), "config", "genesis.json")); err != nil {
			return err
		}
		others := append(append([]string{}, peers[:i]...), peers[i+1:]...)
		f.writeSettings(i, strings.Join(others, ","))
	}
	return nil
}

func (f founding) home(validator int) string {
	return filepath.Join(f.root, fmt.Sprintf("validator-%d", validator))
}

func (f founding) genesis(enc encoding.Config, members []cmttypes.GenesisValidator) (*genutiltypes.AppGenesis, error) {
	bank := banktypes.DefaultGenesisState()
	bank.DenomMetadata = []banktypes.Metadata{{
		Description: "gas coin of a network without fees",
		Base:        coinBase, Display: coinDisplay, Name: coinDisplay, Symbol: strings.ToUpper(coinDisplay),
		DenomUnits: []*banktypes.DenomUnit{{Denom: coinBase}, {Denom: coinDisplay, Exponent: 18}},
	}}
	fees := feemarkettypes.DefaultGenesisState()
	fees.Params.NoBaseFee = true
	fees.Params.BaseFee = sdkmath.LegacyZeroDec()
	fees.Params.MinGasPrice = sdkmath.LegacyZeroDec()
	fees.Params.MinGasMultiplier = sdkmath.LegacyZeroDec()
	evm := evmtypes.DefaultGenesisState()
	evm.Params.EvmDenom = coinBase
	evm.Params.ExtendedDenomOptions = nil
	evm.Params.ActiveStaticPrecompiles = nil
	if len(f.creators) > 0 {
		list := make([]string, len(f.creators))
		for i, creator := range f.creators {
			list[i] = common.HexToAddress(creator).Hex()
		}
		evm.Params.AccessControl.Create = evmtypes.AccessControlType{
			AccessType: evmtypes.AccessTypePermissioned, AccessControlList: list,
		}
	}
	parts := map[string]json.RawMessage{
		authtypes.ModuleName:      enc.Codec.MustMarshalJSON(authtypes.DefaultGenesisState()),
		banktypes.ModuleName:      enc.Codec.MustMarshalJSON(bank),
		feemarkettypes.ModuleName: enc.Codec.MustMarshalJSON(fees),
		evmtypes.ModuleName:       enc.Codec.MustMarshalJSON(evm),
	}
	state, err := json.MarshalIndent(parts, "", "  ")
	if err != nil {
		return nil, err
	}
	params := cmttypes.DefaultConsensusParams()
	params.Block.MaxGas = blockGasLimit
	params.Block.MaxBytes = blockBytesLimit
	genesis := genutiltypes.NewAppGenesisWithVersion(fmt.Sprintf("counterfoil-%d", f.evmChainID), state)
	genesis.AppName = applicationName
	genesis.GenesisTime = f.created
	genesis.InitialHeight = 1
	genesis.Consensus = &genutiltypes.ConsensusGenesis{Validators: members, Params: params}
	return genesis, nil
}

// cometConfig is CometBFT's own settings where the network's purpose asks for other than the default.
func cometConfig() *cmtcfg.Config {
	config := cmtcfg.DefaultConfig()
	config.Mempool.Type = cmtcfg.MempoolTypeApp
	config.Mempool.MaxTxBytes = 4 << 20
	// The EVM keeps its own index of transactions; CometBFT's would index each a second time.
	config.TxIndex.Indexer = "null"
	config.P2P.AddrBookStrict = false
	config.P2P.AllowDuplicateIP = true
	config.P2P.PexReactor = false
	config.P2P.SendRate = 100 << 20
	config.P2P.RecvRate = 100 << 20
	config.P2P.FlushThrottleTimeout = 10 * time.Millisecond
	config.Consensus.PeerGossipSleepDuration = 10 * time.Millisecond
	return config
}

func (f founding) writeSettings(validator int, peers string) {
	home := f.home(validator)
	comet := cometConfig()
	comet.SetRoot(home)
	comet.Moniker = fmt.Sprintf("validator-%d", validator)
	comet.Consensus.TimeoutCommit = f.pause
	comet.P2P.PersistentPeers = peers
	comet.P2P.ListenAddress = fmt.Sprintf("tcp://127.0.0.1:%d", f.port(validator, 0))
	comet.RPC.ListenAddress = fmt.Sprintf("tcp://127.0.0.1:%d", f.port(validator, 1))
	comet.RPC.PprofListenAddress = ""
	cmtcfg.WriteConfigFile(filepath.Join(home, "config", "config.toml"), comet)

	app := evmconfig.DefaultConfig()
	app.MinGasPrices = "0" + coinBase
	app.Mempool.MaxTxs = 0
	app.Pruning = "default"
	app.EVM.EVMChainID = f.evmChainID
	app.EVM.GethMetricsAddress = fmt.Sprintf("127.0.0.1:%d", f.port(validator, 4))
	app.EVM.Mempool.AccountSlots = poolSlots
	app.EVM.Mempool.GlobalSlots = poolSlots
	app.EVM.Mempool.AccountQueue = poolSlots
	app.EVM.Mempool.GlobalQueue = poolSlots
	app.EVM.Mempool.InsertQueueSize = poolSlots
	app.JSONRPC.Enable = true
	app.JSONRPC.EnableIndexer = true
	app.JSONRPC.API = []string{"eth", "net", "web3", "txpool"}
	app.JSONRPC.Address = fmt.Sprintf("127.0.0.1:%d", f.port(validator, 2))
	app.JSONRPC.WsAddress = fmt.Sprintf("127.0.0.1:%d", f.port(validator, 3))
	app.JSONRPC.MetricsAddress = fmt.Sprintf("127.0.0.1:%d", f.port(validator, 5))
	app.JSONRPC.AllowInsecureUnlock = false
	app.JSONRPC.GasCap = callGasLimit
	app.JSONRPC.LogsCap = 1_000_000
	app.JSONRPC.HTTPBodyLimit = requestBytes
	app.JSONRPC.BatchRequestLimit = 10_000
	app.JSONRPC.BatchResponseMaxSize = requestBytes
	serverconfig.SetConfigTemplate(appTemplate())
	serverconfig.WriteConfigFile(filepath.Join(home, "config", "app.toml"), app)
}
