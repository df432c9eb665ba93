// Command counterfoil-node runs one validator of a consortium's chain: `counterfoil-node start --home FOLDER`.
package main

import (
	"fmt"
	"os"

	cmtcfg "github.com/cometbft/cometbft/config"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	evmencoding "github.com/cosmos/evm/encoding"
	evmserver "github.com/cosmos/evm/server"
	evmconfig "github.com/cosmos/evm/server/config"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"cosmossdk.io/log/v2"

	"counterfoil.local/engines/cosmos/node"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server"
	sdkconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

func main() {
	if err := rootCommand().Execute(); err != nil {
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:               node.Name,
		Short:             "A validator of a consortium's chain: CometBFT consensus with an EVM",
		SilenceUsage:      true,
		PersistentPreRunE: prepare,
	}
	root.PersistentFlags().String(flags.FlagLogLevel, "info", "how much is logged: debug, info, warn, error, or module:level pairs")
	root.PersistentFlags().String(flags.FlagLogFormat, "plain", "plain or json")
	root.PersistentFlags().Bool(flags.FlagLogNoColor, true, "without colours")
	root.AddCommand(evmserver.StartCmd(evmserver.NewDefaultStartOptions(newApplication, ".")))
	return root
}

func prepare(cmd *cobra.Command, _ []string) error {
	encoding := evmencoding.MakeConfig(evmtypes.DefaultEVMChainID)
	context, err := client.ReadPersistentCommandFlags(
		client.Context{}.
			WithCmdContext(cmd.Context()).
			WithCodec(encoding.Codec).
			WithInterfaceRegistry(encoding.InterfaceRegistry).
			WithTxConfig(encoding.TxConfig).
			WithLegacyAmino(encoding.Amino).
			WithInput(os.Stdin).
			WithViper("COUNTERFOIL"),
		cmd.Flags(),
	)
	if err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(context, cmd); err != nil {
		return err
	}
	return server.InterceptConfigsPreRunHandler(
		cmd, sdkconfig.DefaultConfigTemplate+evmconfig.DefaultEVMConfigTemplate, evmconfig.DefaultConfig(), cmtcfg.DefaultConfig(),
	)
}

func newApplication(logger log.Logger, db dbm.DB, options servertypes.AppOptions) evmserver.Application {
	app, err := node.NewApplication(logger, db, options, server.DefaultBaseappOptions(options)...)
	if err != nil {
		fmt.Fprintln(os.Stderr, node.Name+":", err)
		os.Exit(1)
	}
	return app
}
