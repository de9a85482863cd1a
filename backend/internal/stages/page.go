package stages

import (
	"bytes"
	_ "embed" // for the parts of the page
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

//go:embed page.css
var style string

//go:embed page.js
var script string

// head is the page before the blocks. The elements that it leaves open may end
// with the file.
var head = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>arignote: stages</title>
<style>
` + style + `</style>
<script>
` + script + `</script>
</head>
<body>
<noscript>The stages are drawn by the script in this file.</noscript>
`

// pages are the files that this process has begun, by their full names.
var pages = struct {
	sync.Mutex
	programs map[string]int
}{programs: make(map[string]int)}

// Add writes p at the end of the file, which it begins if this process has not
// done so, and gives p its number there.
func Add(file string, p *Program) error {
	name, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	pages.Lock()
	defer pages.Unlock()
	n, begun := pages.programs[name]
	p.ID, p.file = n, name
	mode, text := os.O_APPEND, ""
	if !begun {
		mode, text = os.O_TRUNC, head
	}
	if err := write(name, mode, text, "program", p); err != nil {
		if wrong, ok := err.(*os.PathError); ok {
			wrong.Path = file // as the user knows it
		}
		return err
	}
	pages.programs[name] = n + 1
	return nil
}

// AddPlan writes a plan of a program that has been added.
func (p *Program) AddPlan(q *Plan) error {
	q.Program = p.ID
	pages.Lock()
	defer pages.Unlock()
	return write(p.file, os.O_APPEND, "", "plan", q)
}

// write writes text and a block in one go.
func write(name string, mode int, text, kind string, block any) error {
	b := bytes.NewBufferString(text)
	fmt.Fprintf(b, "<script type=\"application/json\" class=\"%s\">", kind)
	if err := json.NewEncoder(b).Encode(block); err != nil {
		return err
	}
	b.WriteString("</script>\n")
	f, err := os.OpenFile(name, mode|os.O_WRONLY|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}
