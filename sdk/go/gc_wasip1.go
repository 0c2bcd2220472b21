// The garbage collector's pace: many small heaps share the machine.

package wasmswarm

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// Left to itself Go collects for the first time when a heap has 4 MiB, which is too much for one VU
// of thousands; and it collects beside the program, which on one thread means for a long time. So it
// is off, and the SDK collects between two tasks or before a request, all at once.
const (
	// smallest is how much garbage may gather at least. A collection takes about half a millisecond
	// however little lives.
	smallest = 256 << 10
	// largest is how much may gather in a plugin that makes garbage fast.
	largest = 2 << 20
	// seldom is the number of looks between two collections that is enough.
	seldom = 200
	// farthest is the number of safe points that pass without a look, first the one before the first
	// look: that takes memory itself, which a short life needn't spend.
	farthest = 64
	first    = 16
	// softLimit is where Go collects by itself after all: the host gives a VU 64 MiB unless it is told
	// otherwise.
	softLimit = 48 << 20
)

// pacer decides when to collect.
type pacer struct {
	// untilLook counts down the safe points to the next look at the heap, passed those since the
	// last collection.
	untilLook, passed int
	stride            int
	// seen is the size of the heap at the last look, goal the one that is too large.
	seen, goal uint64
	room       uint64
	sample     [1]metrics.Sample
}

var pace = pacer{
	untilLook: first,
	stride:    first,
	room:      smallest,
	sample:    [1]metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}},
}

func init() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(softLimit)
}

// safePoint is called where a collection may come.
func (p *pacer) safePoint() {
	if p.untilLook--; p.untilLook <= 0 {
		p.look()
	}
}

func (p *pacer) look() {
	p.passed += p.stride
	heap := p.heap()
	if p.goal == 0 {
		// What there is at the first look lives, or is too little to matter.
		p.seen, p.goal = heap, heap+p.room
	}
	if heap >= p.goal {
		p.collect()
		return
	}
	// The next look comes when a quarter of what is left may be gone.
	grown := max(int(heap-min(heap, p.seen))/p.stride, 1)
	p.stride = min(max(int(p.goal-heap)/grown/4, 1), farthest)
	p.untilLook, p.seen = p.stride, heap
}

func (p *pacer) collect() {
	runtime.GC()
	switch {
	case p.passed < seldom:
		p.room = min(p.room*2, largest)
	case p.passed > 8*seldom:
		p.room = max(p.room/2, smallest)
	}
	p.seen = p.heap()
	p.goal = p.seen + max(p.room, p.seen)
	if limit := p.seen / 3 * 4; limit > softLimit {
		debug.SetMemoryLimit(int64(limit))
	}
	p.passed, p.stride, p.untilLook = 0, 1, 1
}

func (p *pacer) heap() uint64 {
	metrics.Read(p.sample[:])
	return p.sample[0].Value.Uint64()
}
