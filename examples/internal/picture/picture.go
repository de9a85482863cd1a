// Package picture writes what examples have drawn.
package picture

import (
	"image"
	"image/png"
	"os"
)

// Save writes a picture to a file, as PNG.
func Save(file string, m image.Image) error {
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := png.Encode(w, m); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}
