// Checks, metrics, log lines, parameters and rows.

package host

import "unsafe"

// shown are the tags of the call that is made.
var shown [32]pair

// lowerTags shows tags to the host; more than there may be are left to it to refuse.
func lowerTags(tags []Pair) (unsafe.Pointer, uint32) {
	if len(tags) > len(shown) {
		tags = tags[:len(shown)]
	}
	for i := range tags {
		shown[i] = lowerPair(&tags[i])
	}
	return unsafe.Pointer(&shown), uint32(len(tags))
}

// Check counts a pass or a failure. The tags' texts are on the heap.
func Check(name string, passed bool, tags []Pair) {
	list, count := lowerTags(tags)
	checksCheck(name, passed, list, count)
}

// AddMetric adds a value to a metric. The tags' texts are on the heap.
func AddMetric(name string, kind uint32, value float64, tags []Pair) {
	list, count := lowerTags(tags)
	metricsAdd(name, kind, value, list, count)
}

// RecordRequest records an exchange in another protocol.
func RecordRequest(protocol, name string, duration, bytesReceived uint64, problem string) {
	metricsRecordRequest(protocol, name, duration, bytesReceived, problem)
}

// Log writes a line.
func Log(level uint32, message string) { logWrite(level, message) }

// Param is the value of a parameter.
func Param(name string) (string, bool) {
	reading()
	paramsGet(name, answer())
	value, found := as[option]().own()
	done()
	return Text(value), found
}

// Params are all parameters.
func Params() []Pair {
	reading()
	paramsAll(answer())
	params := as[span]().pairs()
	done()
	return params
}

// rowResult is `result<list<tuple<string, string>>, error>`.
type rowResult struct {
	failed uint8
	// The error's number is in its first byte.
	row span
}

func (r rowResult) own() ([]Pair, uint8) {
	if r.failed != 0 {
		return nil, uint8(r.row.address) + NotGranted
	}
	return r.row.pairs(), NoReason
}

// Row is a row of a data set.
func Row(name string, pick, atEnd uint32) ([]Pair, uint8) {
	reading()
	dataRow(name, pick, atEnd, answer())
	row, reason := as[rowResult]().own()
	done()
	return row, reason
}

// RowAt is the row of this number.
func RowAt(name string, index uint64) ([]Pair, uint8) {
	reading()
	dataGet(name, index, answer())
	row, reason := as[rowResult]().own()
	done()
	return row, reason
}

// countResult is `result<u64, error>`.
type countResult struct {
	failed uint8
	// The error's number is in its first byte.
	count uint64
}

// RowCount is how many rows there are.
func RowCount(name string) (uint64, uint8) {
	dataCount(name, answer())
	counted := *as[countResult]()
	if counted.failed != 0 {
		return 0, uint8(counted.count) + NotGranted
	}
	return counted.count, NoReason
}
