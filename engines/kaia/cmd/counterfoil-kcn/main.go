// Command counterfoil-kcn is a validator of a consortium's chain: Kaia's consensus node, with what package validator adds,
// and with a setting that Kaia keeps in its source: how long validators wait for a proposer before they turn to the next.
// Kaia's ten seconds would stop a consortium of four for ten seconds at every fourth block while one of them is down.
package main

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"counterfoil.example/engines/kaia/validator"

	"github.com/kaiachain/kaia/api/debug"
	"github.com/kaiachain/kaia/cmd/utils"
	"github.com/kaiachain/kaia/cmd/utils/nodecmd"
	"github.com/kaiachain/kaia/consensus/istanbul"
	"github.com/urfave/cli/v2"
)

const (
	leastRoundTimeoutMs = 100
	leastBlockPeriodMs  = 50
)

var (
	roundTimeoutFlag = &cli.Uint64Flag{
		Name:  "round-timeout-ms",
		Usage: "Milliseconds that validators wait for a proposer's block; the same on every validator",
		Value: istanbul.DefaultConfig.Timeout,
	}
	blockPeriodFlag = &cli.Uint64Flag{
		Name:  "block-period-ms",
		Usage: "Milliseconds from one block to the next; the same on every validator",
		Value: 1000,
	}
	fillEveryBlockFlag = &cli.BoolFlag{
		Name:  "fill-every-block",
		Usage: "Execute a full block at each height, as Kaia does, and not only at the validator's own turns",
	}
)

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
	program.Flags = append(slices.Clone(utils.KcnAppFlags()), roundTimeoutFlag, blockPeriodFlag, fillEveryBlockFlag)
	program.HideVersion = true
	program.CommandNotFound = nodecmd.CommandNotExist
	program.OnUsageError = nodecmd.OnUsageError
	program.Before = prepare
	program.Action = run
	program.After = func(*cli.Context) error {
		debug.Exit()
		return nil
	}
	return program
}

func prepare(ctx *cli.Context) error {
	timeout := ctx.Uint64(roundTimeoutFlag.Name)
	if timeout < leastRoundTimeoutMs {
		return fmt.Errorf("--%s is %d; it needs at least %d", roundTimeoutFlag.Name, timeout, leastRoundTimeoutMs)
	}
	if period := ctx.Uint64(blockPeriodFlag.Name); period < leastBlockPeriodMs {
		return fmt.Errorf("--%s is %d; it needs at least %d", blockPeriodFlag.Name, period, leastBlockPeriodMs)
	}
	// Kaia reads the value from this variable at each round.
	atomic.StoreUint64(&istanbul.DefaultConfig.Timeout, timeout)
	validator.SetPeriod(period(ctx))
	return nodecmd.BeforeRunNode(ctx)
}

func period(ctx *cli.Context) time.Duration {
	return time.Duration(ctx.Uint64(blockPeriodFlag.Name)) * time.Millisecond
}

func run(ctx *cli.Context) error {
	return validator.Run(ctx, func(builder *validator.Builder) error {
		if !ctx.Bool(fillEveryBlockFlag.Name) {
			validator.OwnTurnsOnly(builder)
		}
		return validator.Steady(builder, period(ctx))
	})
}
