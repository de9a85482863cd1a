package syntax

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A lexer cuts the source into tokens, on demand, so that nothing beyond the first error is looked at. It knows which
// brackets are open, because they decide whether the end of a line means anything.
type lexer struct {
	src   string
	off   int // of the next byte
	line  int
	start int // offset of the first byte of this line
	extra int // bytes of this line before off, beyond one for each character
	open  []bracket
}

// A bracket is one that has been opened and not closed.
type bracket struct {
	char byte // ( [ {
	pos  Pos
}

func newLexer(src string) *lexer {
	l := &lexer{src: src, line: 1}
	if strings.HasPrefix(src, "\ufeff") { // a byte order mark
		l.off, l.start = 3, 3
	}
	return l
}

// pos returns the position of the next character.
func (l *lexer) pos() Pos { return Pos{l.line, l.off - l.start - l.extra + 1} }

// endLine steps over the end of a line, of n bytes.
func (l *lexer) endLine(n int) {
	l.off += n
	l.line++
	l.start, l.extra = l.off, 0
}

// lineEnd returns the length of the line end (\n, \r\n or \r) at offset i, 0 if there is none.
func (l *lexer) lineEnd(i int) int {
	switch {
	case i >= len(l.src):
		return 0
	case l.src[i] == '\n':
		return 1
	case l.src[i] != '\r':
		return 0
	case i+1 < len(l.src) && l.src[i+1] == '\n':
		return 2
	}
	return 1
}

// errorf makes an error at the next character.
func (l *lexer) errorf(format string, args ...any) *Error {
	return &Error{l.pos(), fmt.Sprintf(format, args...)}
}

// next returns the next token. Behind the end of the source it returns tokEnd again and again.
func (l *lexer) next() (token, *Error) {
	newline, err := l.skip()
	if err != nil {
		return token{}, err
	}
	t := token{pos: l.pos()}
	if newline > 0 {
		t.kind = tokNewline
		l.endLine(newline)
		return t, nil
	}
	if l.off == len(l.src) {
		return t, nil
	}
	rest := l.src[l.off:]
	c := rest[0]
	switch {
	case isDigit(rune(c)), c == '.' && len(rest) > 1 && isDigit(rune(rest[1])):
		return l.number()
	case c == '\'' || c == '"':
		return l.str()
	}
	if n := nameLen(rest); n > 0 {
		return l.word(t, rest[:n]), nil
	}
	n := operatorLen(rest)
	if n == 0 {
		return token{}, l.badChar()
	}
	t.kind, t.text = tokOp, rest[:n]
	l.bracket(t)
	l.off += n
	return t, nil
}

// word makes t a name or reserved word.
func (l *lexer) word(t token, text string) token {
	t.kind, t.text = tokName, text
	if _, ok := reserved[text]; ok {
		t.kind = tokReserved
	}
	l.off += len(text)
	l.extra += len(text) - utf8.RuneCountInString(text)
	return t
}

// bracket keeps track of open brackets. That they match is checked by the parser.
func (l *lexer) bracket(t token) {
	switch c := t.text[0]; c {
	case '(', '[', '{':
		l.open = append(l.open, bracket{c, t.pos})
	case ')', ']', '}':
		if n := len(l.open); n > 0 {
			l.open = l.open[:n-1]
		}
	}
}

// skip steps over white space, comments, continued lines and, directly inside round and square brackets, line ends.
// If it stops before a line end, it returns its length.
func (l *lexer) skip() (newline int, err *Error) {
	for l.off < len(l.src) {
		switch l.src[l.off] {
		case ' ', '\t', '\f':
			l.off++
		case '\n', '\r':
			n := l.lineEnd(l.off)
			if len(l.open) == 0 || l.open[len(l.open)-1].char == '{' {
				return n, nil
			}
			l.endLine(n)
		case '\\':
			n := l.lineEnd(l.off + 1)
			if n == 0 {
				return 0, l.errorf("unexpected '\\', it may only stand at the end of a line, to continue it")
			}
			l.endLine(1 + n)
		case '#':
			for l.off < len(l.src) && l.lineEnd(l.off) == 0 {
				if _, err := l.char(); err != nil {
					return 0, err
				}
			}
		default:
			return 0, nil
		}
	}
	return 0, nil
}

// char steps over one character inside a comment or string, and checks that it is one.
func (l *lexer) char() (rune, *Error) {
	c, size := rune(l.src[l.off]), 1
	if c >= utf8.RuneSelf {
		c, size = utf8.DecodeRuneInString(l.src[l.off:])
	}
	if c == 0 || c == utf8.RuneError && size == 1 {
		return 0, l.badChar()
	}
	l.off += size
	l.extra += size - 1
	return c, nil
}

// badChar describes the next character, which cannot start a token.
func (l *lexer) badChar() *Error {
	c, size := utf8.DecodeRuneInString(l.src[l.off:])
	switch {
	case c == utf8.RuneError && size == 1:
		return l.errorf("invalid UTF-8 encoding (byte 0x%02x)", l.src[l.off])
	case c == 0:
		return l.errorf("invalid NUL character")
	}
	what := fmt.Sprintf("%U", c)
	if unicode.IsGraphic(c) && !unicode.IsSpace(c) && !unicode.IsMark(c) {
		what = fmt.Sprintf("'%c' (%U)", c, c)
	}
	if ascii := lookalike[c]; ascii != "" {
		return l.errorf("unexpected character %s, use %s", what, ascii)
	}
	return l.errorf("unexpected character %s", what)
}

// lookalike gives what to type instead of characters that word processors and formula editors produce.
var lookalike = map[rune]string{
	'−': "'-'", '–': "'-'", '—': "'-'", '×': "'*'", '·': "'*'", '÷': "'/'", '∕': "'/'",
	'≤': "'<='", '≥': "'>='", '≠': "'!='", '…': "'...'", '¬': "'~'", '∧': "'&'", '∨': "'|'",
	'‘': "'", '’': "'", '“': "\"", '”': "\"", '²': "'**2'", '³': "'**3'", '√': "sqrt", '∞': "inf",
	'\u00a0': "a plain space", '\u2009': "a plain space", '\u202f': "a plain space", '\u3000': "a plain space",
	'，': "','", '（': "'('", '）': "')'", '：': "':'", '；': "';'",
}
