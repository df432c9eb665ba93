// Command counterfoil-cosmos is a validator node: CometBFT's consensus over the EVM of cosmos/evm.
//
// The library ships an example program as a module of its own, which the Go module proxy does not
// serve; this is the small program that the library expects its users to write.
package main

import (
	"fmt"
	"os"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	svrcmd "github.com/cosmos/cosmos-sdk/server/cmd"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	evmserver "github.com/cosmos/evm/server"
	evmconfig "github.com/cosmos/evm/server/config"
)

const (
	applicationName = "counterfoil-cosmos"
	addressPrefix   = "cfoil"
	// coinBase is the gas coin's smallest unit. Nobody holds any: it exists because the EVM names one.
	coinBase    = "acoin"
	coinDisplay = "coin"
)

func main() {
	prefixes := sdk.GetConfig()
	prefixes.SetBech32PrefixForAccount(addressPrefix, addressPrefix+"pub")
	prefixes.SetBech32PrefixForValidator(addressPrefix+"valoper", addressPrefix+"valoperpub")
	prefixes.SetBech32PrefixForConsensusNode(addressPrefix+"valcons", addressPrefix+"valconspub")
	prefixes.Seal()
	if err := svrcmd.Execute(rootCommand(), "", ""); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func rootCommand() *cobra.Command {
	enc := encodingFor(evmconfig.DefaultEVMChainID)
	clientCtx := client.Context{}.
		WithCodec(enc.Codec).
		WithInterfaceRegistry(enc.InterfaceRegistry).
		WithTxConfig(enc.TxConfig).
		WithLegacyAmino(enc.Amino).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithInput(os.Stdin).
		WithViper("")
	root := &cobra.Command{
		Use:           applicationName,
		Short:         "A validator node of a permissioned network: CometBFT consensus over an EVM",
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Name() != "start" {
				return nil
			}
			withFlags, err := client.ReadPersistentCommandFlags(clientCtx, cmd.Flags())
			if err != nil {
				return err
			}
			if err := client.SetCmdClientContextHandler(withFlags, cmd); err != nil {
				return err
			}
			return sdkserver.InterceptConfigsPreRunHandler(cmd, appTemplate(), evmconfig.DefaultConfig(), cometConfig())
		},
	}
	options := evmserver.NewDefaultStartOptions(
		func(logger log.Logger, db dbm.DB, appOptions servertypes.AppOptions) evmserver.Application {
			return NewNode(logger, db, appOptions)
		}, "",
	)
	root.AddCommand(evmserver.StartCmd(options), foundCommand(enc))
	return root
}

func appTemplate() string {
	return serverconfig.DefaultConfigTemplate + evmconfig.DefaultEVMConfigTemplate
}
