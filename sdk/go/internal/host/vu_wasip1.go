// The VU, and what all VUs share.

package host

// identity is the contract's `identity`.
type identity struct {
	id             uint64
	scenarioIndex  uint32
	scenario       span
	iteration      uint64
	iterationIndex uint64
}

// Current is who is running.
func Current() Identity {
	reading()
	vuCurrent(answer())
	raw := *as[identity]()
	scenario := Text(raw.scenario.own())
	done()
	return Identity{raw.id, raw.scenarioIndex, scenario, raw.iteration, raw.iterationIndex}
}

// SetTag sets a tag on everything that the VU records; an empty value removes it.
func SetTag(key, value string) { vuSetTag(key, value) }

// EnterGroup begins a group.
func EnterGroup(name string) { vuEnterGroup(name) }

// LeaveGroup ends the innermost group.
func LeaveGroup() { vuLeaveGroup() }

// Sleep pauses for this many microseconds.
func Sleep(duration uint64) { vuSleep(duration) }

// StopVU ends the VU after the running task.
func StopVU() { vuStop() }

// Abort ends the run.
func Abort(reason string) { vuAbort(reason) }

// RandomBits come from the VU's generator.
func RandomBits() uint64 { return vuRandom() }

// Now is the microseconds since the run began.
func Now() uint64 { return vuNow() }

// takenResult is `result<_, error>` and `result<bool, error>`.
type takenResult struct {
	failed uint8
	value  uint8
}

// reason is why a value wasn't taken, or 0.
func (r takenResult) reason() uint8 {
	if r.failed == 0 {
		return 0
	}
	return r.value + Full
}

func (r takenResult) changed() (bool, uint8) { return r.failed == 0 && r.value != 0, r.reason() }

// SharedAdd adds to a counter.
func SharedAdd(name string, delta int64) int64 { return sharedAdd(name, delta) }

// SharedTotal is the value of a counter.
func SharedTotal(name string) int64 { return sharedTotal(name) }

// SharedPush puts a value at the end of a queue.
func SharedPush(name string, value []byte) uint8 {
	sharedPush(name, Text(value), answer())
	return as[takenResult]().reason()
}

// SharedPop takes the value at the front of a queue.
func SharedPop(name string) ([]byte, bool) {
	reading()
	sharedPop(name, answer())
	value, found := as[option]().own()
	done()
	return value, found
}

// SharedLength is how many values a queue holds.
func SharedLength(name string) uint64 { return sharedLength(name) }

// SharedWrite sets the value of a key.
func SharedWrite(key string, value []byte) uint8 {
	sharedWrite(key, Text(value), answer())
	return as[takenResult]().reason()
}

// SharedRead is the value of a key.
func SharedRead(key string) ([]byte, bool) {
	reading()
	sharedRead(key, answer())
	value, found := as[option]().own()
	done()
	return value, found
}

// SharedRemove removes a key.
func SharedRemove(key string) bool { return sharedRemove(key) }

// SharedWriteNew sets the value of a key that has none.
func SharedWriteNew(key string, value []byte) (bool, uint8) {
	sharedWriteNew(key, Text(value), answer())
	return as[takenResult]().changed()
}

// SharedCompareAndSet sets the value of a key that has the expected one.
func SharedCompareAndSet(key string, expected, value []byte) (bool, uint8) {
	sharedCompareAndSet(key, Text(expected), Text(value), answer())
	return as[takenResult]().changed()
}
