package validator

import (
	"testing"
	"time"

	"github.com/kaiachain/kaia/common"
)

var (
	a    = common.HexToAddress("0x0a")
	b    = common.HexToAddress("0x0b")
	c    = common.HexToAddress("0x0c")
	d    = common.HexToAddress("0x0d")
	all  = []common.Address{d, b, a, c}
	full = []common.Address{c, b, a, d, c, b, a, d}
)

func TestTheNextInTheOrderOfAddressesHasTheTurn(t *testing.T) {
	for _, self := range all {
		if got, want := isOwnTurn(self, full, all), self == d; got != want {
			t.Errorf("after %x the turn of %x is %t, want %t", c, self, got, want)
		}
	}
}

func TestTheOrderGoesRound(t *testing.T) {
	if !isOwnTurn(a, []common.Address{d, c, b, a, d, c, b, a}, all) {
		t.Error("after the last validator comes the first one's turn")
	}
}

func TestAnAbsentValidatorIsSkippedAndKeepsItsOwnTurn(t *testing.T) {
	withoutD := []common.Address{c, b, a, c, b, a, c, b}
	for self, want := range map[common.Address]bool{a: true, b: false, c: false, d: true} {
		if got := isOwnTurn(self, withoutD, all); got != want {
			t.Errorf("with the last validator absent the turn of %x is %t, want %t", self, got, want)
		}
	}
}

func TestAYoungChainTakesNobodyForAbsent(t *testing.T) {
	if isOwnTurn(a, []common.Address{c}, all) {
		t.Error("one block does not show that the next validator is absent")
	}
}

func TestADoubtIsAYes(t *testing.T) {
	stranger := common.HexToAddress("0xff")
	if !isOwnTurn(stranger, full, all) || !isOwnTurn(a, []common.Address{stranger}, all) {
		t.Error("a validator that cannot tell whose turn it is has to fill its block")
	}
}

func TestBlocksKeepTheirDistanceAndDoNotCatchUp(t *testing.T) {
	start := time.Unix(1_000, 0)
	spaced := schedule{period: 250 * time.Millisecond}
	for _, step := range []struct{ now, want time.Duration }{
		{now: 0, want: 0},
		{now: 10 * time.Millisecond, want: 250 * time.Millisecond},
		{now: 900 * time.Millisecond, want: 900 * time.Millisecond},
		{now: 950 * time.Millisecond, want: 1150 * time.Millisecond},
	} {
		if got := spaced.next(start.Add(step.now)).Sub(start); got != step.want {
			t.Errorf("at %v the next block is due at %v, want %v", step.now, got, step.want)
		}
	}
}
