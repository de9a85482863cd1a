// Package arignote is the root of a compiler for tensor expressions; it holds
// no code. Package expr says expressions, autodiff differentiates them,
// optimize simplifies them, backend compiles and runs them. The directory
// examples has numbered programs to start with.
package arignote
