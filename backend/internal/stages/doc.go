// Package stages writes the stage viewer: one HTML file that shows a program
// after each pass, as planned and as kernels, with every rewrite.
//
// The file needs nothing else, no network and no other file. It begins with
// style and script (page.css, page.js) and goes on with blocks of JSON: one for
// each program that is compiled, one for each plan that is made for it. Blocks
// are appended, so that what was written stays, whatever else the process
// compiles or how it ends. The first program of a process begins the file anew.
// The script in the page reads the blocks and draws them.
//
// Nodes have numbers. Two nodes with the same operation, attribute, type and
// arguments have the same number, in whatever stage they are: that is how a
// node is found in all stages. How a node becomes another is said by the
// stages ([optimize.Stage]) and by the rewrites ([optimize.Step]).
//
// Nothing is escaped by hand: JSON in which <, > and & are written as \u003c
// and so on cannot end a script element, and the script sets text, never
// markup.
//
// Read page.go first, then program.go.
package stages
