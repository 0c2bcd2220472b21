// Texts, lists and options as both sides see them.

package host

import "unsafe"

// Addresses are 32 bits wide for the host and 64 bits in Go, so nothing that has a Go pointer in it
// is shared: texts and lists cross as an address and a length.

// span is a text or a list.
type span struct{ address, length uint32 }

// pair is a tuple of two texts.
type pair struct{ key, value span }

// option is `option<string>` or `option<list<u8>>`.
type option struct {
	some  uint8
	value span
}

// area is where the host writes an import's result. Nothing may come between the import and the
// reading of it.
var area [8]uint64

func answer() unsafe.Pointer { return unsafe.Pointer(&area) }

// as is the import's result.
func as[T any]() *T { return (*T)(answer()) }

// textSpan shows a text to the host. It must be on the heap, since stacks move.
func textSpan(text string) span {
	return span{address(unsafe.Pointer(unsafe.StringData(text))), uint32(len(text))}
}

// listSpan shows a list to the host. It must be on the heap, since stacks move.
func listSpan[T any](list []T) span {
	return span{address(unsafe.Pointer(unsafe.SliceData(list))), uint32(len(list))}
}

func lowerPair(p *Pair) pair { return pair{textSpan(p.Key), textSpan(p.Value)} }

func address(pointer unsafe.Pointer) uint32 { return uint32(uintptr(pointer)) }

func (s span) pointer() unsafe.Pointer { return unsafe.Add(unsafe.Pointer(nil), s.address) }

// bytes is what the host wrote, only valid until done.
func (s span) bytes() []byte { return list[byte](s) }

// list is the list that the host wrote, only valid until done.
func list[T any](s span) []T { return unsafe.Slice((*T)(s.pointer()), s.length) }

// own is what the host wrote, to keep. A large slice that the host filled is taken as it is.
func (s span) own() []byte {
	if s.length == 0 {
		return nil
	}
	written := s.bytes()
	for _, large := range spilled {
		if unsafe.SliceData(large) == unsafe.SliceData(written) {
			return large
		}
	}
	return append([]byte(nil), written...)
}

func (o option) own() ([]byte, bool) {
	if o.some == 0 {
		return nil, false
	}
	return o.value.own(), true
}

// pairs is a list of pairs, to keep. All texts share one piece of memory.
func (s span) pairs() []Pair {
	written := list[pair](s)
	size := 0
	for i := range written {
		size += int(written[i].key.length + written[i].value.length)
	}
	texts := make([]byte, 0, size)
	pairs := make([]Pair, len(written))
	for i, p := range written {
		start := len(texts)
		texts = append(texts, p.key.bytes()...)
		middle := len(texts)
		texts = append(texts, p.value.bytes()...)
		pairs[i] = Pair{Text(texts[start:middle]), Text(texts[middle:])}
	}
	return pairs
}

// asBytes is the text's bytes, which nobody may change.
func asBytes(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }
