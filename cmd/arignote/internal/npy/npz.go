package npy

import (
	"archive/zip"
	"io"
	"os"
	"strconv"
	"strings"

	"arignote/expr"
)

// Archive is an open .npz file.
type Archive struct {
	file  *os.File
	names []string
	byKey map[string]*zip.File
}

// Open opens a .npz file, compressed or not. The caller closes it.
func Open(name string) (*Archive, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil {
		var a *Archive
		if a, err = NewArchive(f, info.Size()); err == nil {
			a.file = f
			return a, nil
		}
	}
	f.Close()
	return nil, named(name, err)
}

// NewArchive reads the table of contents of a .npz file of size bytes.
func NewArchive(r io.ReaderAt, size int64) (*Archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, wrong("no .npz archive: %v", err)
	}
	a := &Archive{byKey: make(map[string]*zip.File)}
	for _, f := range z.File {
		key, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		if a.byKey[key] != nil {
			return nil, wrong("two arrays are called %s", clip(key))
		}
		a.byKey[key] = f
		a.names = append(a.names, key)
	}
	return a, nil
}

// Names returns the names of the arrays in the order of the file.
func (a *Archive) Names() []string { return a.names }

// Read reads the array with the given name. Elements of more than limit bytes
// in all are refused: a small archive can unpack to a very large array.
func (a *Archive) Read(name string, limit int64) (*expr.Value, error) {
	f := a.byKey[name]
	switch {
	case f == nil:
		return nil, wrong("no array is called %s%s", clip(name), a.has())
	case f.Flags&1 != 0:
		return nil, wrong("%s is encrypted", clip(name))
	}
	r, err := f.Open()
	if err != nil {
		return nil, named(clip(name), err)
	}
	defer r.Close()
	v, err := Read(r, limit)
	if err == nil {
		err = atEnd(r)
	}
	if err != nil {
		return nil, named(clip(name), err)
	}
	return v, nil
}

// atEnd reads up to the end of a member, which verifies its check sum.
func atEnd(r io.Reader) error {
	n, err := r.Read(make([]byte, 1))
	switch {
	case n > 0:
		return wrong("there is more than one array")
	case err == io.EOF:
		return nil
	case err == nil:
		return io.ErrNoProgress
	}
	return err
}

// has lists what there is, for messages.
func (a *Archive) has() string {
	if len(a.names) == 0 {
		return ": there are none"
	}
	quoted := make([]string, min(len(a.names), 10))
	for i := range quoted {
		quoted[i] = clip(a.names[i])
	}
	list := strings.Join(quoted, ", ")
	if more := len(a.names) - len(quoted); more > 0 {
		list += " and " + strconv.Itoa(more) + " more"
	}
	return ": there is " + list
}

// Close closes the file that Open opened.
func (a *Archive) Close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// WriteArchive writes an uncompressed .npz archive of arrays with names that
// differ, as numpy.savez does.
func WriteArchive(w io.Writer, names []string, values []*expr.Value) error {
	z := zip.NewWriter(w)
	seen := make(map[string]bool, len(names))
	for i, v := range values {
		if seen[names[i]] {
			return wrong("two arrays are called %s", clip(names[i]))
		}
		seen[names[i]] = true
		f, err := z.CreateHeader(&zip.FileHeader{Name: names[i] + ".npy", Method: zip.Store})
		if err != nil {
			return err
		}
		if err := Write(f, v); err != nil {
			return err
		}
	}
	return z.Close()
}
