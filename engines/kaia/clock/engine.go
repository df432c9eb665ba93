package clock

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"time"
	"unsafe"

	"github.com/kaiachain/kaia/blockchain/types"
	"github.com/kaiachain/kaia/consensus"
	"github.com/kaiachain/kaia/consensus/istanbul"
	_ "github.com/kaiachain/kaia/consensus/istanbul/backend" // defines what engineNow stands for
	"github.com/kaiachain/kaia/node/cn"
	"github.com/kaiachain/kaia/params"
)

// The consensus engine asks this variable of its own for the wall clock: when it waits for a block's date to come, and when it
// refuses one that lies ahead.
//
//go:linkname engineNow github.com/kaiachain/kaia/consensus/istanbul/backend.now
var engineNow func() time.Time

// Later than any date of a block (the ledger's times have 40 bits).
var afterEverything = time.Unix(1<<41, 0)

// Prepare makes the engine take any date that is not before the parent's. It must run before the node is configured.
func Prepare() {
	istanbul.DefaultConfig.BlockPeriod = 0
	// The builder of blocks waits until this long after the parent's date: never.
	params.BlockGenerationInterval = -1 << 41
	engineNow = func() time.Time { return afterEverything }
}

// dated is the consensus engine, with blocks dated by the clock and a pause before each.
type dated struct {
	consensus.Istanbul
	consensus.Handler
	clock *Clock
	pause time.Duration
}

// Prepare fills a header in as the engine does, and then dates it.
func (engine *dated) Prepare(chain consensus.ChainReader, header *types.Header) error {
	if err := engine.Istanbul.Prepare(chain, header); err != nil {
		return err
	}
	parent := chain.GetHeader(header.ParentHash, header.Number.Uint64()-1)
	if parent == nil {
		return consensus.ErrUnknownAncestor
	}
	seconds, err := engine.clock.seconds()
	if err != nil {
		return err
	}
	header.Time = new(big.Int).Set(parent.Time)
	if date := big.NewInt(seconds); date.Cmp(parent.Time) > 0 {
		header.Time = date
	}
	header.TimeFoS = 0
	return nil
}

// Stop leaves the engine running. The builder stops it whenever blocks are fetched from another validator, and its peers, whose
// messages it then refuses, part from it for half a minute; with short pauses a busy machine falls behind often.
func (engine *dated) Stop() error {
	return nil
}

// NewChainHead is called before the next block's transactions are chosen.
func (engine *dated) NewChainHead() error {
	err := engine.Handler.NewChainHead()
	time.Sleep(engine.pause)
	return err
}

// Install puts the clock between a validator's block builder and its consensus engine, before either has started.
//
// Kaia builds the two together and offers no place for it, so that the builder's private field is set here.
func Install(validator *cn.CN, clock *Clock, pause time.Duration) error {
	builder := reflect.ValueOf(validator.Miner())
	if builder.Kind() != reflect.Pointer {
		return fmt.Errorf("the validator has no block builder but %s", builder.Kind())
	}
	worker := builder.Elem().FieldByName("worker")
	if !worker.IsValid() || worker.Kind() != reflect.Pointer {
		return errors.New("this version's block builder has no worker; the clock does not fit it")
	}
	field := worker.Elem().FieldByName("engine")
	if !field.IsValid() || field.Type() != reflect.TypeFor[consensus.Engine]() {
		return errors.New("this version's block builder has no engine; the clock does not fit it")
	}
	// The field is private to its package; this is the same memory without that mark.
	open := (*consensus.Engine)(unsafe.Pointer(field.UnsafeAddr()))
	inner, isIstanbul := (*open).(consensus.Istanbul)
	handler, handles := (*open).(consensus.Handler)
	if !isIstanbul || !handles {
		return errors.New("the consensus engine is not Istanbul's; the clock does not fit it")
	}
	*open = &dated{Istanbul: inner, Handler: handler, clock: clock, pause: pause}
	return nil
}
