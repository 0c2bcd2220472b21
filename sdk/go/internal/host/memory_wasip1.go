// The memory that the host writes into: what imports return, and what exports are given.

package host

import "unsafe"

const (
	// bootSize is room for what is asked for before Go runs: the state and the stack of the WASI
	// adapter, 64 KiB each. Pages that nobody touches cost nothing.
	bootSize = 192 << 10
	// scratchSize holds what most imports return. What doesn't fit goes to Go's heap.
	scratchSize = 64 << 10
)

var (
	boot     [bootSize]byte
	bootUsed uintptr
	// running says that Go's own memory can be used.
	running bool

	scratch     [scratchSize]byte
	scratchUsed uintptr
	// spilled keeps alive what didn't fit into scratch.
	spilled [][]byte
	// readers counts those that still read what the host wrote. Goroutines may take turns in the
	// middle of it, so scratch is free again only when none is left.
	readers int
)

func init() { running = true }

// realloc gives the host memory. The host calls it in the middle of an import, when no other import
// may be called; the usual case touches nothing of Go's runtime.
//
//go:wasmexport cabi_realloc
//go:nosplit
func realloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	fresh := take(uintptr(align), uintptr(size))
	if old != nil {
		copy(unsafe.Slice((*byte)(fresh), size), unsafe.Slice((*byte)(old), oldSize))
	}
	return fresh
}

//go:nosplit
func take(align, size uintptr) unsafe.Pointer {
	if !running {
		if fresh := bump(unsafe.Pointer(&boot), &bootUsed, bootSize, align, size); fresh != nil {
			return fresh
		}
	}
	if fresh := bump(unsafe.Pointer(&scratch), &scratchUsed, scratchSize, align, size); fresh != nil {
		return fresh
	}
	return spill(size)
}

//go:nosplit
func bump(area unsafe.Pointer, used *uintptr, room, align, size uintptr) unsafe.Pointer {
	start := (uintptr(area)+*used+align-1)&^(align-1) - uintptr(area)
	if start > room || size > room-start {
		return nil
	}
	*used = start + size
	return unsafe.Add(area, start)
}

// spill makes a slice. Go may begin to collect garbage then, and looks at the clock for that, which
// would be a call into the host in the middle of another one; so the adapter stops the clock.
func spill(size uintptr) unsafe.Pointer {
	pauseClock(true)
	// Slices of this size are aligned to 8 bytes, more than any type of the contract wants.
	fresh := make([]byte, size)
	spilled = append(spilled, fresh)
	pauseClock(false)
	return unsafe.Pointer(unsafe.SliceData(fresh))
}

//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pauseClock(paused bool)

// reading begins to read what the host wrote; done must follow.
func reading() { readers++ }

// done frees what the host wrote, once nobody reads it any more.
func done() {
	if readers--; readers == 0 {
		scratchUsed = 0
		clear(spilled)
		spilled = spilled[:0]
	}
}
