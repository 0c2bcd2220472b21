// Rows of the CSV, JSON and JSON Lines files that the operator granted with --data NAME=FILE.

package wasmswarm

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// DataSet is the file that was granted under this name.
//
// Which row an iteration or a VU gets doesn't depend on the number of threads or machines:
//
//	Sequential    of the iteration's number in its scenario; after the last the first again
//	Shuffled      the same, in a random order, anew each round
//	Random        any
//	PerVU         of the VU's number: always the same one
//	Unique        as Sequential, and no two iterations of a scenario share one
//	UniquePerVU   as PerVU, and no two VUs share one
//	Row           of a number of your own
//
// All calls in one iteration get the same row of Sequential, Shuffled and Unique; outside of
// iterations these count as PerVU.
type DataSet string

// ErrExhausted is in the errors of Unique, UniquePerVU and Row when there is no such row.
var ErrExhausted = errors.New("every row has been taken")

// ErrNotGranted is in the errors of a data set that the operator didn't grant.
var ErrNotGranted = errors.New("it isn't granted")

// Sequential is the row of this iteration, in the order of the file.
func (d DataSet) Sequential() (Row, error) { return d.pick(host.Sequential, host.Wrap) }

// Shuffled is the row of this iteration, in an order that the run's seed shuffles.
func (d DataSet) Shuffled() (Row, error) { return d.pick(host.Shuffled, host.Wrap) }

// Random is any row, from the VU's seeded generator; another one with each call.
func (d DataSet) Random() (Row, error) { return d.pick(host.Random, host.Wrap) }

// PerVU is the row of this VU; VUs beyond the last row begin again with the first.
func (d DataSet) PerVU() (Row, error) { return d.pick(host.PerVU, host.Wrap) }

// Unique is the row of this iteration, which no other iteration of the scenario gets.
func (d DataSet) Unique() (Row, error) { return d.pick(host.Sequential, host.Stop) }

// UniqueShuffled is as Unique, in an order that the run's seed shuffles.
func (d DataSet) UniqueShuffled() (Row, error) { return d.pick(host.Shuffled, host.Stop) }

// UniquePerVU is the row of this VU, which no other VU gets.
func (d DataSet) UniquePerVU() (Row, error) { return d.pick(host.PerVU, host.Stop) }

// Row is the row of this number, from 0.
func (d DataSet) Row(index int) (Row, error) {
	fields, reason := host.RowAt(string(d), uint64(index))
	return d.row(fields, reason)
}

// Len is how many rows there are.
func (d DataSet) Len() (int, error) {
	count, reason := host.RowCount(string(d))
	return int(count), d.explain(reason)
}

func (d DataSet) pick(pick, atEnd uint32) (Row, error) {
	fields, reason := host.Row(string(d), pick, atEnd)
	return d.row(fields, reason)
}

func (d DataSet) row(fields []host.Pair, reason uint8) (Row, error) {
	return Row{string(d), fields}, d.explain(reason)
}

func (d DataSet) explain(reason uint8) error {
	switch reason {
	case host.NoReason:
		return nil
	case host.NotGranted:
		return fmt.Errorf("data set %s: %w; pass --data %s=FILE", string(d), ErrNotGranted, string(d))
	default:
		return fmt.Errorf("data set %s: %w", string(d), ErrExhausted)
	}
}

// Row is one row of a data set: texts by their columns.
type Row struct {
	set    string
	fields []host.Pair
}

// Get is the text of this column; empty if there is no such column.
func (r Row) Get(column string) string {
	text, _ := r.Lookup(column)
	return text
}

// Lookup is the text of this column, and whether there is such a column.
func (r Row) Lookup(column string) (string, bool) {
	for i := range r.fields {
		if r.fields[i].Key == column {
			return r.fields[i].Value, true
		}
	}
	return "", false
}

// Int is the number in this column.
func (r Row) Int(column string) (int, error) {
	text, found := r.Lookup(column)
	if !found {
		return 0, fmt.Errorf("data set %s has no column %q", r.set, column)
	}
	number, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("data set %s, column %s: %q is not a whole number", r.set, column, text)
	}
	return number, nil
}

// Map is all of the row.
func (r Row) Map() map[string]string {
	all := make(map[string]string, len(r.fields))
	for _, field := range r.fields {
		all[field.Key] = field.Value
	}
	return all
}
