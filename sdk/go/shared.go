// State that all VUs of the run share: counters, queues and keys.

package wasmswarm

import (
	"encoding/json"
	"fmt"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Everything else in a plugin is one VU's own. Each call here is atomic and returns at once. There
// is room for 10,000 names and 16 MiB, 64 KiB in one value; values travel as JSON, so that plugins
// in other languages would read them alike. The order in which VUs come here is the system's: it
// differs between runs of one seed.

// SharedCounter is a counter of all VUs, by its name. It begins at 0.
type SharedCounter string

// SharedQueue is a queue of all VUs, by its name. Each value is handed out once.
type SharedQueue string

// SharedKey is a place for one value of all VUs, by its name.
type SharedKey string

// Add adds to the counter, and returns its new value.
func (c SharedCounter) Add(delta int64) int64 { return host.SharedAdd(string(c), delta) }

// Total is the counter's value.
func (c SharedCounter) Total() int64 { return host.SharedTotal(string(c)) }

// Push puts a value at the end of the queue.
func (q SharedQueue) Push(value any) error {
	data, err := shared(string(q), value)
	if err != nil {
		return err
	}
	return explainShared(string(q), host.SharedPush(string(q), data))
}

// Pop takes the value at the front of the queue into the value that v points to, and says whether
// there was one.
func (q SharedQueue) Pop(v any) (bool, error) {
	data, found := host.SharedPop(string(q))
	return found, unshared(string(q), data, found, v)
}

// Len is how many values the queue holds.
func (q SharedQueue) Len() int { return int(host.SharedLength(string(q))) }

// Set sets the key's value.
func (k SharedKey) Set(value any) error {
	data, err := shared(string(k), value)
	if err != nil {
		return err
	}
	return explainShared(string(k), host.SharedWrite(string(k), data))
}

// Get reads the key's value into the value that v points to, and says whether there was one.
func (k SharedKey) Get(v any) (bool, error) {
	data, found := host.SharedRead(string(k))
	return found, unshared(string(k), data, found, v)
}

// Remove removes the key's value, and says whether there was one.
func (k SharedKey) Remove() bool { return host.SharedRemove(string(k)) }

// SetNew sets the value only if there is none, and says whether it did.
func (k SharedKey) SetNew(value any) (bool, error) {
	data, err := shared(string(k), value)
	if err != nil {
		return false, err
	}
	changed, reason := host.SharedWriteNew(string(k), data)
	return changed, explainShared(string(k), reason)
}

// CompareAndSet sets the value only if it is the expected one, and says whether it did.
func (k SharedKey) CompareAndSet(expected, value any) (bool, error) {
	before, err := shared(string(k), expected)
	if err != nil {
		return false, err
	}
	after, err := shared(string(k), value)
	if err != nil {
		return false, err
	}
	changed, reason := host.SharedCompareAndSet(string(k), before, after)
	return changed, explainShared(string(k), reason)
}

func shared(name string, value any) ([]byte, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("shared %s: %w", name, err)
	}
	return data, nil
}

func unshared(name string, data []byte, found bool, v any) error {
	if !found {
		return nil
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("shared %s: %w", name, err)
	}
	return nil
}

func explainShared(name string, reason uint8) error {
	switch reason {
	case 0:
		return nil
	case host.TooLarge:
		return fmt.Errorf("shared %s: the value has more than 64 KiB", name)
	default:
		return fmt.Errorf("shared %s: there is no room left", name)
	}
}
