package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"arignote/expr"
)

// A file begins with magic, two bytes of version, and the length of the
// header: two bytes in version 1, four in versions 2 and 3. The header is a
// dictionary as Python would print it:
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }
const magic = "\x93NUMPY"

// Limits of what is accepted; NumPy's own are lower.
const (
	maxHeader = 1 << 16 // bytes of the dictionary
	maxRank   = 64
)

// header says what the bytes after it mean.
type header struct {
	dtype   expr.DType
	half    bool // two bytes for each element of float32
	order   binary.ByteOrder
	fortran bool // the first index runs fastest
	shape   []int
	count   int // number of elements
}

// readHeader reads everything in front of the elements.
func readHeader(r io.Reader) (*header, error) {
	text, err := readDictionary(r)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(text)
	if err != nil {
		return nil, err
	}
	return h, h.measure()
}

// readDictionary returns the text of the header.
func readDictionary(r io.Reader) (string, error) {
	start := make([]byte, len(magic)+2)
	if err := readFull(r, start, "the header"); err != nil {
		return "", err
	}
	if string(start[:len(magic)]) != magic {
		return "", wrong("no .npy data: it does not begin with \\x93NUMPY")
	}
	major, minor := start[len(magic)], start[len(magic)+1]
	length := make([]byte, 4)
	switch {
	case minor != 0 || major < 1 || major > 3:
		return "", wrong("version %d.%d of the format is not known", major, minor)
	case major == 1:
		length = length[:2]
	}
	if err := readFull(r, length, "the header"); err != nil {
		return "", err
	}
	n := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if n > maxHeader {
		return "", wrong("a header of %d bytes, more than the limit of %d", n, maxHeader)
	}
	text := make([]byte, n)
	if err := readFull(r, text, "the header"); err != nil {
		return "", err
	}
	return string(text), nil
}

// measure counts the elements and refuses arrays that no memory could hold.
func (h *header) measure() error {
	if len(h.shape) > maxRank {
		return expr.Errorf(expr.ErrShape, "", "%d axes, more than the limit of %d", len(h.shape), maxRank)
	}
	h.count = 1
	size := h.size() // of the array with axes of length 0 left out, as NumPy counts
	for _, n := range h.shape {
		h.count *= n
		if n > 0 && size > math.MaxInt/n {
			return expr.Errorf(expr.ErrShape, "", "shape %s is too large", shapeText(h.shape))
		}
		size *= max(n, 1)
	}
	return nil
}

// parseHeader reads the dictionary. Keys may come in any order, each once.
func parseHeader(text string) (*header, error) {
	p := &headerParser{text: text}
	h := new(header)
	seen := make(map[string]bool)
	p.expect('{')
	for p.err == nil && !p.got('}') {
		key := p.str()
		p.expect(':')
		if seen[key] {
			p.fail("the key %q twice", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			p.descr(h)
		case "fortran_order":
			h.fortran = p.bool()
		case "shape":
			h.shape = p.shape()
		default:
			p.fail("the unknown key %q", key)
		}
		if !p.got(',') {
			p.expect('}')
			break
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			p.fail("no %s", key)
		}
	}
	if p.skip(); p.text != "" {
		p.fail("text after the dictionary")
	}
	if p.err != nil {
		return nil, p.err
	}
	return h, nil
}

// headerParser reads Python's literals from the front of text. The first
// mistake sticks; after it nothing is left to read.
type headerParser struct {
	text string
	err  error
}

func (p *headerParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = wrong("a damaged header: "+format, args...)
		p.text = ""
	}
}

func (p *headerParser) skip() { p.text = strings.TrimLeft(p.text, " \t\r\n") }

// got steps over c if it is next.
func (p *headerParser) got(c byte) bool {
	p.skip()
	if p.text == "" || p.text[0] != c {
		return false
	}
	p.text = p.text[1:]
	return true
}

func (p *headerParser) expect(c byte) {
	if !p.got(c) {
		p.fail("%q is missing", c)
	}
}

// str reads a string; no string of a header needs an escape.
func (p *headerParser) str() string {
	p.skip()
	if p.text == "" || p.text[0] != '\'' && p.text[0] != '"' {
		p.fail("a string is missing")
		return ""
	}
	end := strings.IndexByte(p.text[1:], p.text[0])
	if end < 0 {
		p.fail("a string without end")
		return ""
	}
	s := p.text[1 : end+1]
	p.text = p.text[end+2:]
	return s
}

func (p *headerParser) bool() bool {
	p.skip()
	for _, word := range []string{"True", "False"} {
		if rest, ok := strings.CutPrefix(p.text, word); ok {
			p.text = rest
			return word == "True"
		}
	}
	p.fail("fortran_order is neither True nor False")
	return false
}

// shape reads a tuple of lengths, (3,) for one.
func (p *headerParser) shape() []int {
	shape := []int{}
	p.expect('(')
	for p.err == nil && !p.got(')') {
		p.skip()
		digits := len(p.text) - len(strings.TrimLeft(p.text, "0123456789"))
		n, err := strconv.Atoi(p.text[:digits])
		if err != nil {
			p.fail("a shape that is not made of lengths")
			return nil
		}
		shape = append(shape, n)
		p.text = strings.TrimPrefix(p.text[digits:], "L") // Python 2 wrote 3L
		if !p.got(',') {
			p.expect(')')
			break
		}
	}
	return shape
}

// descr reads the dtype: byte order, kind and size.
func (p *headerParser) descr(h *header) {
	p.skip()
	if strings.HasPrefix(p.text, "[") {
		p.err, p.text = expr.Errorf(expr.ErrDType, "", "a structured dtype: save each field as an array of its own"), ""
		return
	}
	s := p.str()
	if p.err != nil {
		return
	}
	kind := strings.TrimLeft(s, "<>|=")
	h.order = binary.ByteOrder(binary.LittleEndian)
	switch {
	case strings.HasPrefix(s, ">"):
		h.order = binary.BigEndian
	case strings.HasPrefix(s, "="):
		h.order = binary.NativeEndian
	}
	ok := kind == halfKind
	if h.dtype, h.half = expr.Float32, ok; !ok {
		h.dtype, ok = dtypeOf(kind)
	}
	if !ok || len(s)-len(kind) > 1 {
		p.err, p.text = expr.Errorf(expr.ErrDType, "", "dtype %s%s", clip(s), reason(kind)), ""
	}
}

// kinds has the letters of the dtypes that can be read.
var kinds = map[expr.DType]string{
	expr.Bool: "b", expr.Int8: "i", expr.Int16: "i", expr.Int32: "i", expr.Int64: "i",
	expr.Uint8: "u", expr.Uint16: "u", expr.Uint32: "u", expr.Uint64: "u",
	expr.Float32: "f", expr.Float64: "f", expr.Complex64: "c", expr.Complex128: "c",
}

// halfKind is NumPy's float16, which is read as float32: each of its numbers is
// one of float32.
const halfKind = "f2"

// size returns the bytes of an element in the file.
func (h *header) size() int {
	if h.half {
		return 2
	}
	return h.dtype.Size()
}

// kindText is what stands for d after the byte order: f8.
func kindText(d expr.DType) string { return kinds[d] + strconv.Itoa(d.Size()) }

func dtypeOf(kind string) (expr.DType, bool) {
	for _, d := range expr.DTypes() {
		if kindText(d) == kind {
			return d, true
		}
	}
	return expr.NoDType, false
}

// reason says why a dtype is refused, and what to do.
func reason(kind string) string {
	if kind == "" {
		return " is not known"
	}
	switch kind[0] {
	case 'O':
		return " (Python objects) is never read"
	case 'U', 'S', 'a':
		return " (text) cannot be computed with"
	case 'M', 'm':
		return " (dates and times) cannot be computed with: convert it with astype('int64')"
	case 'f', 'c', 'i', 'u':
		return " is not supported: convert it with astype('float64') or another dtype"
	}
	return " is not known"
}

// appendHeader appends everything in front of the elements of v: as NumPy does
// it, filled up with blanks to a multiple of 64 bytes.
func appendHeader(b []byte, v *expr.Value) ([]byte, error) {
	if v.Rank() > maxRank {
		return nil, expr.Errorf(expr.ErrShape, "", "%d axes, more than the limit of %d", v.Rank(), maxRank)
	}
	order := "<"
	if v.DType().Size() == 1 {
		order = "|"
	}
	text := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': %s, }",
		order, kindText(v.DType()), shapeText(v.Shape()))
	const before = len(magic) + 4
	padding := -(before + len(text) + 1) & 63
	b = append(b, magic+"\x01\x00"...)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)+padding+1))
	b = append(b, text...)
	b = append(b, bytes.Repeat([]byte{' '}, padding)...)
	return append(b, '\n'), nil
}

// shapeText writes a tuple as Python does.
func shapeText(shape []int) string {
	if len(shape) == 1 {
		return fmt.Sprintf("(%d,)", shape[0])
	}
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// clip quotes text from a file for a message.
func clip(s string) string {
	if len(s) > 20 {
		s = s[:20] + "..."
	}
	return strconv.Quote(s)
}
