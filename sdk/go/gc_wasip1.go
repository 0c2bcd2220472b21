// The garbage collector's pace: many small heaps share the machine.

package wasmswarm

import (
	"runtime"
	"runtime/debug"
	"weak"
)

// Go lets a heap grow to 4 MiB before it collects for the first time, and scales that bound with the
// percentage. One VU of thousands must do with less: its heap may grow to twice what lives, and to
// firstGoal at least. Collecting often is cheap as long as little lives.
const (
	minimum = 4 << 20
	// smallest is the percentage whose bound is about 500 KB.
	smallest = 12
	largest  = 100
	// softLimit is where the collector stops being generous: the host gives a VU 64 MiB unless it
	// is told otherwise.
	softLimit = 48 << 20
)

// pacer is what the collector was told.
type pacer struct {
	percent int
	// canary dies with each collection.
	canary weak.Pointer[[16]byte]
	stats  runtime.MemStats
}

var pace pacer

func init() {
	debug.SetMemoryLimit(softLimit)
	pace.set(smallest)
}

// check tunes the collector if it has run since the last time.
func (p *pacer) check() {
	if p.canary.Value() == nil {
		p.tune()
	}
}

//go:noinline
func (p *pacer) tune() {
	runtime.ReadMemStats(&p.stats)
	live := p.stats.HeapAlloc
	wanted := min(max(int(live*2*100/minimum), smallest), largest)
	if wanted > p.percent*5/4 || wanted < p.percent*3/4 {
		p.set(wanted)
	}
	if limit := live / 3 * 4; limit > softLimit {
		debug.SetMemoryLimit(int64(limit))
	}
	p.canary = weak.Make(new([16]byte))
}

func (p *pacer) set(percent int) {
	p.percent = percent
	debug.SetGCPercent(percent)
}
