// Package clock gives the blocks of a test network a time that the tests say, and a pause that may be shorter than a second.
//
// Kaia dates a block by the proposer's wall clock and leaves a second between two blocks. Dates months ahead, exact seconds and
// thousands of short tests need neither. A network started with a clock file is a test network: its validators believe the date
// of whichever of them proposes.
package clock

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Clock is what a file says the time is. All validators of a network read the same file, at every block that they propose.
type Clock struct {
	path string
}

// Open checks that the file can be read as a clock: "=SECONDS" stands still there, "+SECONDS" runs ahead of the wall clock.
func Open(path string) (*Clock, error) {
	clock := &Clock{path: path}
	_, err := clock.seconds()
	return clock, err
}

func (clock *Clock) seconds() (int64, error) {
	content, err := os.ReadFile(clock.path)
	if err != nil {
		return 0, fmt.Errorf("the clock file cannot be read: %w", err)
	}
	text := strings.TrimSpace(string(content))
	if len(text) < 2 || text[0] != '=' && text[0] != '+' {
		return 0, fmt.Errorf("the clock file %s says %q; it needs =SECONDS or +SECONDS", clock.path, text)
	}
	number, err := strconv.ParseInt(text[1:], 10, 64)
	if err != nil || number < 0 {
		return 0, fmt.Errorf("the clock file %s says %q; it needs =SECONDS or +SECONDS", clock.path, text)
	}
	if text[0] == '+' {
		number += time.Now().Unix()
	}
	return number, nil
}
