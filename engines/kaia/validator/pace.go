package validator

import (
	"errors"
	"time"

	"github.com/kaiachain/kaia/consensus"
	"github.com/kaiachain/kaia/consensus/istanbul"
	"github.com/kaiachain/kaia/params"
)

// SetPeriod sets the distance of blocks; it must be called before the node is configured.
//
// Whole seconds are left to Kaia, whose validators then refuse a block that comes early. Shorter periods give up that
// check: several blocks have the same second, and each validator keeps the distance by itself (see Steady).
func SetPeriod(period time.Duration) {
	seconds := int64(0)
	if period%time.Second == 0 {
		seconds = int64(period / time.Second)
	}
	params.BlockGenerationInterval = seconds
	istanbul.DefaultConfig.BlockPeriod = uint64(seconds)
}

// Steady puts two of this project's choices between the builder of blocks and Istanbul: a wait before each block of a
// period that is not in whole seconds, and an engine that stays in while blocks are fetched.
//
// Kaia stops its engine when a validator that fell behind fetches blocks from another. Messages that come meanwhile count
// as the peers' errors: the validator parts from all of them for half a minute and is behind again when they come back.
func Steady(builder *Builder, period time.Duration) error {
	inner, isIstanbul := (*builder.Engine).(consensus.Istanbul)
	handler, handles := (*builder.Engine).(consensus.Handler)
	if !isIstanbul || !handles {
		return errors.New("the consensus engine is not Istanbul's")
	}
	steady := &steadyEngine{Istanbul: inner, Handler: handler}
	if period%time.Second != 0 {
		steady.schedule = NewSchedule(period, builder.Chain)
	}
	*builder.Engine = steady
	return nil
}

type steadyEngine struct {
	consensus.Istanbul
	consensus.Handler
	// nil where Kaia spaces the blocks.
	schedule *Schedule
}

// NewChainHead is told of each new head before work on the next block begins.
func (engine *steadyEngine) NewChainHead() error {
	err := engine.Handler.NewChainHead()
	if engine.schedule != nil {
		engine.schedule.Wait()
	}
	return err
}

// Stop leaves the engine running; it ends with the process.
func (engine *steadyEngine) Stop() error {
	return nil
}

// Schedule spaces blocks by a period that is not in whole seconds.
type Schedule struct {
	period time.Duration
	height func() uint64
	number uint64
	due    time.Time
}

// lookAgain is how soon a waiting validator notices that another one's block has come.
const lookAgain = 2 * time.Millisecond

// NewSchedule spaces the blocks of chain.
func NewSchedule(period time.Duration, chain Chain) *Schedule {
	return &Schedule{period: period, height: func() uint64 { return chain.CurrentHeader().Number.Uint64() }}
}

// Wait returns when work on the block after the head may begin.
//
// It never outlasts the head: each new one is waited for afresh. The builder of blocks holds up the chain while it waits
// here, so that a validator that is behind would otherwise fetch no faster than new blocks are made.
func (s *Schedule) Wait() {
	for {
		left := s.left(s.height(), time.Now())
		if left <= 0 {
			return
		}
		time.Sleep(min(left, lookAgain))
	}
}

// left is how long to wait when the head is seen at number now. Several blocks at once are a validator catching up: it
// does not wait for them. A distance that the machine could not keep is not made up for by shorter ones.
func (s *Schedule) left(number uint64, now time.Time) time.Duration {
	switch {
	case number == s.number+1:
		s.due = s.due.Add(s.period)
		if s.due.Before(now) {
			s.due = now
		}
		if latest := now.Add(s.period); s.due.After(latest) {
			s.due = latest
		}
	case number != s.number:
		s.due = now
	}
	s.number = number
	return s.due.Sub(now)
}
