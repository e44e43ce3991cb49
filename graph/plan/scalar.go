package plan

import (
	"math"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// Writer holds the bytes of an answer. It never fails.
type Writer struct{ bytes []byte }

// largestKept bounds the memory that a writer keeps for the next answer, in bytes.
const largestKept = 1 << 20

var writers = sync.Pool{New: func() any { return &Writer{bytes: make([]byte, 0, 16<<10)} }}

func newWriter() *Writer { return writers.Get().(*Writer) }

// release gives the writer back. Nobody may use it afterwards.
func (w *Writer) release() {
	if cap(w.bytes) <= largestKept {
		w.bytes = w.bytes[:0]
		writers.Put(w)
	}
}

// Write appends bytes.
func (w *Writer) Write(bytes []byte) (int, error) {
	w.bytes = append(w.bytes, bytes...)
	return len(bytes), nil
}

// WriteString appends text as it is.
func (w *Writer) WriteString(text string) (int, error) {
	w.bytes = append(w.bytes, text...)
	return len(text), nil
}

// Byte appends one byte.
func (w *Writer) Byte(b byte) { w.bytes = append(w.bytes, b) }

const hexadecimal = "0123456789ABCDEF"

// String writes a JSON string, escaped as gqlgen does it.
func (w *Writer) String(text string) bool {
	out := append(w.bytes, '"')
	from := 0
	for n := 0; n < len(text); n++ {
		c := text[n]
		if c >= 0x20 && c != '\\' && c != '"' || c >= utf8.RuneSelf {
			continue
		}
		out = append(out, text[from:n]...)
		from = n + 1
		switch c {
		case '\t':
			out = append(out, '\\', 't')
		case '\r':
			out = append(out, '\\', 'r')
		case '\n':
			out = append(out, '\\', 'n')
		case '\\', '"':
			out = append(out, '\\', c)
		default:
			out = append(out, '\\', 'u', '0', '0', hexadecimal[c>>4], hexadecimal[c&15])
		}
	}
	w.bytes = append(append(out, text[from:]...), '"')
	return true
}

// Int writes a whole number.
func (w *Writer) Int(number int64) bool {
	w.bytes = strconv.AppendInt(w.bytes, number, 10)
	return true
}

// Bool writes true or false.
func (w *Writer) Bool(is bool) bool {
	w.bytes = strconv.AppendBool(w.bytes, is)
	return true
}

// Float writes a number. What JSON has no number for is gqlgen's to tell: it
// answers the field instead.
func (w *Writer) Float(number float64) bool {
	if math.IsInf(number, 0) || math.IsNaN(number) {
		panic("a number that JSON does not have")
	}
	w.bytes = strconv.AppendFloat(w.bytes, number, 'g', -1, 64) // as fmt's %g
	return true
}

// Time writes a moment as lxd.Time does, in UTC; the zero moment is null.
func (w *Writer) Time(moment time.Time) bool {
	if moment.IsZero() {
		w.bytes = append(w.bytes, "null"...)
		return true
	}
	w.bytes = append(moment.UTC().AppendFormat(append(w.bytes, '"'), time.RFC3339Nano), '"')
	return true
}

// Marshal writes what one of gqlgen's functions makes of a value.
func (w *Writer) Marshal(value graphql.Marshaler) bool {
	if value == graphql.Null {
		return false
	}
	value.MarshalGQL(w)
	return true
}
