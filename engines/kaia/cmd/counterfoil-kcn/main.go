// Command counterfoil-kcn is Kaia's consensus node with two settings that Kaia keeps in its source: how long validators
// wait for a proposer before they turn to the next, and block periods shorter than a second. Kaia's wait of ten seconds
// would stop a consortium of four for ten seconds at every fourth block while one of them is down.
package main

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/kaiachain/kaia/api/debug"
	"github.com/kaiachain/kaia/cmd/utils"
	"github.com/kaiachain/kaia/cmd/utils/nodecmd"
	"github.com/kaiachain/kaia/consensus/istanbul"
	"github.com/kaiachain/kaia/console"
	"github.com/kaiachain/kaia/params"
	"github.com/urfave/cli/v2"
)

const (
	leastRoundTimeoutMs = 100
	leastBlockPeriodMs  = 50
)

var blockPeriodFlag = &cli.Uint64Flag{
	Name:  "block-period-ms",
	Usage: "Milliseconds from one block to the next; the same on every validator",
	Value: uint64(params.DefaultBlockGenerationInterval) * 1000,
}

var roundTimeoutFlag = &cli.Uint64Flag{
	Name:  "round-timeout-ms",
	Usage: "Milliseconds that validators wait for a proposer's block; the same on every validator",
	Value: istanbul.DefaultConfig.Timeout,
}

func main() {
	utils.NodeTypeFlag.Value = "cn"
	if err := newProgram().Run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newProgram() *cli.App {
	program := utils.NewApp(nodecmd.GetGitCommit(), "A validator of a consortium's chain, on Kaia's consensus node")
	program.Commands = []*cli.Command{nodecmd.InitCommand, nodecmd.DumpGenesisCommand, nodecmd.VersionCommand}
	program.Flags = append(slices.Clone(utils.KcnAppFlags()), roundTimeoutFlag, blockPeriodFlag)
	program.HideVersion = true
	program.CommandNotFound = nodecmd.CommandNotExist
	program.OnUsageError = nodecmd.OnUsageError
	program.Action = nodecmd.RunKaiaNode
	program.Before = func(ctx *cli.Context) error {
		timeout := ctx.Uint64(roundTimeoutFlag.Name)
		if timeout < leastRoundTimeoutMs {
			return fmt.Errorf("--%s is %d; it needs at least %d", roundTimeoutFlag.Name, timeout, leastRoundTimeoutMs)
		}
		// Kaia reads the value from this variable at each round.
		atomic.StoreUint64(&istanbul.DefaultConfig.Timeout, timeout)
		if err := setBlockPeriod(ctx.Uint64(blockPeriodFlag.Name)); err != nil {
			return err
		}
		return nodecmd.BeforeRunNode(ctx)
	}
	program.After = func(*cli.Context) error {
		debug.Exit()
		return console.Stdin.Close()
	}
	return program
}

// setBlockPeriod leaves whole seconds to Kaia, whose validators then refuse a block that comes early. Shorter periods give
// up that check: several blocks have the same second, and each validator keeps the distance by itself.
func setBlockPeriod(milliseconds uint64) error {
	if milliseconds < leastBlockPeriodMs {
		return fmt.Errorf("--%s is %d; it needs at least %d", blockPeriodFlag.Name, milliseconds, leastBlockPeriodMs)
	}
	seconds, rest := milliseconds/1000, milliseconds%1000
	if rest != 0 {
		seconds = 0
		return fmt.Errorf("--%s is %d; it needs whole seconds", blockPeriodFlag.Name, milliseconds)
	}
	params.BlockGenerationInterval = int64(seconds)
	istanbul.DefaultConfig.BlockPeriod = seconds
	return nil
}
