package validator

import (
	"testing"
	"time"
)

const period = 250 * time.Millisecond

func ms(count int) time.Duration {
	return time.Duration(count) * time.Millisecond
}

func TestBlocksKeepTheirDistanceAndDoNotCatchUp(t *testing.T) {
	start := time.Unix(1_000, 0)
	schedule := &Schedule{period: period}
	for i, step := range []struct {
		number    uint64
		now, left time.Duration
	}{
		{number: 1, now: ms(0), left: 0},
		{number: 2, now: ms(10), left: ms(240)},
		{number: 2, now: ms(90), left: ms(160)},
		// Slower than the period: the next block is due at once, and the one after it a whole period later.
		{number: 3, now: ms(900), left: 0},
		{number: 4, now: ms(950), left: ms(200)},
		// Faster than the period: a head is never waited for longer than one period.
		{number: 5, now: ms(960), left: ms(250)},
		// Several at once: this validator is catching up.
		{number: 99, now: ms(970), left: 0},
		{number: 100, now: ms(980), left: ms(240)},
	} {
		if left := schedule.left(step.number, start.Add(step.now)); left != step.left {
			t.Errorf("step %d: %v left, want %v", i, left, step.left)
		}
	}
}

func TestAWaitEndsWhenTheHeadHasMovedFar(t *testing.T) {
	height := uint64(1)
	schedule := &Schedule{period: time.Hour}
	schedule.height = func() uint64 {
		height++
		if height > 3 {
			height += 10
		}
		return height
	}
	schedule.left(1, time.Now())
	done := make(chan struct{})
	go func() {
		schedule.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("the wait for one block outlasted many")
	}
}
