package validator

import (
	"testing"

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
