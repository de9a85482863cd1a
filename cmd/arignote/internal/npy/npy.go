package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"arignote/expr"
)

// chunk is the number of bytes that are read or written at a time. What a file
// claims to hold takes no more memory than this until it is there.
const chunk = 1 << 20

// Read reads an array in the .npy format from r. Elements of more than limit
// bytes in all are refused. Bytes after the array are left unread.
func Read(r io.Reader, limit int64) (*expr.Value, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	return h.read(r, limit, false)
}

// ReadFile reads a .npy file.
func ReadFile(name string) (*expr.Value, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := readHeader(f)
	if err != nil {
		return nil, named(name, err)
	}
	sure := false // all of the elements are there
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		sure = info.Size() >= int64(h.count)*int64(h.size())
	}
	v, err := h.read(f, math.MaxInt64, sure)
	return v, named(name, err)
}

// named says which file an error is about.
func named(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

// wrong is the mistake of a file that is not what it should be.
func wrong(format string, args ...any) error {
	return expr.Errorf(expr.ErrInput, "", format, args...)
}

// readFull fills b; an early end of the file is a mistake in what.
func readFull(r io.Reader, b []byte, what string) error {
	_, err := io.ReadFull(r, b)
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong("the data ends in the middle of %s", what)
	}
	return err
}

// read reads the elements. If sure, memory for all of them is taken at once.
func (h *header) read(r io.Reader, limit int64, sure bool) (*expr.Value, error) {
	if size := int64(h.count) * int64(h.size()); size > limit {
		return nil, expr.Errorf(expr.ErrShape, "", "an array of shape %s has %d bytes, more than the limit of %d",
			shapeText(h.shape), size, limit)
	}
	switch h.dtype {
	case expr.Bool:
		return readElements[bool](h, r, sure)
	case expr.Int8:
		return readElements[int8](h, r, sure)
	case expr.Int16:
		return readElements[int16](h, r, sure)
	case expr.Int32:
		return readElements[int32](h, r, sure)
	case expr.Int64:
		return readElements[int64](h, r, sure)
	case expr.Uint8:
		return readElements[uint8](h, r, sure)
	case expr.Uint16:
		return readElements[uint16](h, r, sure)
	case expr.Uint32:
		return readElements[uint32](h, r, sure)
	case expr.Uint64:
		return readElements[uint64](h, r, sure)
	case expr.Float32:
		return readElements[float32](h, r, sure)
	case expr.Float64:
		return readElements[float64](h, r, sure)
	case expr.Complex64:
		return readElements[complex64](h, r, sure)
	case expr.Complex128:
		return readElements[complex128](h, r, sure)
	}
	panic("npy: no elements of dtype " + h.dtype.String())
}

func readElements[T expr.Element](h *header, r io.Reader, sure bool) (*expr.Value, error) {
	size := h.size()
	step := min(h.count, chunk/size)
	data := make([]T, 0, step)
	if sure {
		data = make([]T, 0, h.count)
	}
	buf := make([]byte, step*size)
	for len(data) < h.count {
		done := len(data)
		b := buf[:min(h.count-done, step)*size]
		if err := readFull(r, b, fmt.Sprintf("an array of shape %s", shapeText(h.shape))); err != nil {
			return nil, err
		}
		data = slices.Grow(data, len(b)/size)[:done+len(b)/size]
		if floats, ok := any(data[done:]).([]float32); ok && h.half {
			decodeHalf(b, h.order, floats)
		} else {
			decode(b, h.order, data[done:])
		}
	}
	if h.fortran {
		data = rowMajor(h.shape, data)
	}
	return expr.NewValue(h.shape, data)
}

// decode reads all of out from b.
func decode[T expr.Element](b []byte, order binary.ByteOrder, out []T) {
	switch out := any(out).(type) {
	case []complex64:
		for i := range out {
			re, im := order.Uint32(b[8*i:]), order.Uint32(b[8*i+4:])
			out[i] = complex(math.Float32frombits(re), math.Float32frombits(im))
		}
	case []complex128:
		for i := range out {
			re, im := order.Uint64(b[16*i:]), order.Uint64(b[16*i+8:])
			out[i] = complex(math.Float64frombits(re), math.Float64frombits(im))
		}
	default:
		if _, err := binary.Decode(b, order, out); err != nil {
			panic(err) // b has the right length
		}
	}
}

// decodeHalf reads all of out from b, which has numbers of five bits of exponent
// and ten of fraction (IEEE 754, binary16).
func decodeHalf(b []byte, order binary.ByteOrder, out []float32) {
	for i := range out {
		bits := uint32(order.Uint16(b[2*i:]))
		sign, exponent, fraction := bits>>15<<31, bits>>10&31, bits&1023
		switch exponent {
		case 0: // zero, or a multiple of the least number
			out[i] = math.Float32frombits(math.Float32bits(float32(fraction)*0x1p-24) | sign)
		case 31: // infinity or NaN
			out[i] = math.Float32frombits(sign | 255<<23 | fraction<<13)
		default:
			out[i] = math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
		}
	}
}

// rowMajor returns the elements of a column-major array in row-major order.
func rowMajor[T expr.Element](shape []int, data []T) []T {
	if len(shape) < 2 || len(data) == 0 {
		return data
	}
	strides := make([]int, len(shape))
	step := 1
	for i, n := range shape {
		strides[i] = step
		step *= n
	}
	out := make([]T, len(data))
	index, offset := make([]int, len(shape)), 0
	for i := range out {
		out[i] = data[offset]
		for axis := len(shape) - 1; axis >= 0; axis-- {
			index[axis]++
			offset += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			offset -= strides[axis] * shape[axis]
			index[axis] = 0
		}
	}
	return out
}

// Write writes v in the .npy format.
func Write(w io.Writer, v *expr.Value) error {
	if v.Type().IsTuple() {
		return expr.Errorf(expr.ErrInput, "", "several results %v: write them one by one", v.Type())
	}
	b, err := appendHeader(nil, v)
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	switch v.DType() {
	case expr.Bool:
		return writeElements(w, expr.Elements[bool](v))
	case expr.Int8:
		return writeElements(w, expr.Elements[int8](v))
	case expr.Int16:
		return writeElements(w, expr.Elements[int16](v))
	case expr.Int32:
		return writeElements(w, expr.Elements[int32](v))
	case expr.Int64:
		return writeElements(w, expr.Elements[int64](v))
	case expr.Uint8:
		return writeElements(w, expr.Elements[uint8](v))
	case expr.Uint16:
		return writeElements(w, expr.Elements[uint16](v))
	case expr.Uint32:
		return writeElements(w, expr.Elements[uint32](v))
	case expr.Uint64:
		return writeElements(w, expr.Elements[uint64](v))
	case expr.Float32:
		return writeElements(w, expr.Elements[float32](v))
	case expr.Float64:
		return writeElements(w, expr.Elements[float64](v))
	case expr.Complex64:
		return writeElements(w, expr.Elements[complex64](v))
	case expr.Complex128:
		return writeElements(w, expr.Elements[complex128](v))
	}
	panic("npy: no elements of dtype " + v.DType().String())
}

func writeElements[T expr.Element](w io.Writer, data []T) error {
	var buf []byte
	for part := range slices.Chunk(data, chunk/16) {
		var err error
		if buf, err = encode(buf[:0], part); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
	return nil
}

// encode appends the elements of data, little endian.
func encode[T expr.Element](b []byte, data []T) ([]byte, error) {
	order := binary.LittleEndian
	switch data := any(data).(type) {
	case []complex64:
		for _, c := range data {
			b = order.AppendUint32(b, math.Float32bits(real(c)))
			b = order.AppendUint32(b, math.Float32bits(imag(c)))
		}
		return b, nil
	case []complex128:
		for _, c := range data {
			b = order.AppendUint64(b, math.Float64bits(real(c)))
			b = order.AppendUint64(b, math.Float64bits(imag(c)))
		}
		return b, nil
	}
	return binary.Append(b, order, data)
}
