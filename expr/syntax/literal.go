package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// number reads an integer, floating or imaginary literal.
func (l *lexer) number() (token, *Error) {
	t := token{pos: l.pos()}
	rest := l.src[l.off:]
	if len(rest) > 1 && rest[0] == '0' {
		if digits := prefixDigits[rest[1]|0x20]; digits != "" {
			return l.prefixed(t, rest, digits)
		}
	}
	n, whole := scanDecimal(rest)
	text := rest[:n]
	t.kind = tokInt
	if !whole {
		t.kind = tokFloat
	}
	if n < len(rest) && rest[n]|0x20 == 'j' {
		t.kind = tokImag
		n++
	}
	if err := l.endNumber(rest, n); err != nil {
		return token{}, err
	}
	t.text = strings.ReplaceAll(text, "_", "")
	if t.kind == tokInt {
		if t.text[0] == '0' && strings.Trim(t.text, "0") != "" {
			return token{}, l.errorf("invalid number '%s': leading zeros are not allowed (octal is 0o17)", shorten(text))
		}
		l.off += n
		return t, nil
	}
	v, err := strconv.ParseFloat(t.text, 64)
	switch {
	case math.IsInf(v, 0):
		return token{}, l.errorf("number out of range")
	case err != nil: // scanDecimal lets nothing through that ParseFloat refuses
		return token{}, l.errorf("invalid number '%s'", shorten(text))
	}
	t.num = v
	l.off += n
	return t, nil
}

// prefixDigits are the digits that may follow 0x, 0o and 0b.
var prefixDigits = map[byte]string{'x': "0123456789abcdefABCDEF", 'o': "01234567", 'b': "01"}

// prefixed reads a hexadecimal, octal or binary integer.
func (l *lexer) prefixed(t token, rest, digits string) (token, *Error) {
	n := 2
	for n < len(rest) {
		if rest[n] == '_' && n+1 < len(rest) && strings.IndexByte(digits, rest[n+1]) >= 0 {
			n++
		}
		if strings.IndexByte(digits, rest[n]) < 0 {
			break
		}
		n++
	}
	if n == 2 {
		return token{}, l.badNumber(rest, n)
	}
	if err := l.endNumber(rest, n); err != nil {
		return token{}, err
	}
	t.kind = tokInt
	t.text = strings.ReplaceAll(rest[:n], "_", "")
	l.off += n
	return t, nil
}

// scanDecimal returns the length of the decimal number that s starts with, and whether it is an integer.
func scanDecimal(s string) (n int, whole bool) {
	n, whole = scanDigits(s, 0), true
	if n < len(s) && s[n] == '.' {
		n, whole = scanDigits(s, n+1), false
	}
	if n < len(s) && s[n]|0x20 == 'e' {
		i := n + 1
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if end := scanDigits(s, i); end > i {
			n, whole = end, false
		}
	}
	return n, whole
}

// scanDigits returns the end of the digits at offset i, with single underscores between them.
func scanDigits(s string, i int) int {
	start := i
	for i < len(s) {
		switch {
		case '0' <= s[i] && s[i] <= '9':
			i++
		case s[i] == '_' && i > start && i+1 < len(s) && '0' <= s[i+1] && s[i+1] <= '9':
			i += 2
		default:
			return i
		}
	}
	return i
}

// endNumber checks that the number that ends at rest[:n] does not run into a word.
func (l *lexer) endNumber(rest string, n int) *Error {
	if n == len(rest) {
		return nil
	}
	c, _ := utf8.DecodeRuneInString(rest[n:])
	if isLetter(c) || isDigit(c) {
		return l.badNumber(rest, n)
	}
	return nil
}

// badNumber complains about the number rest[:n] together with the letters behind it.
func (l *lexer) badNumber(rest string, n int) *Error {
	const most = 60 // only what a message can show
	for i, c := range rest[n:min(len(rest), n+most)] {
		if !isLetter(c) && !isDigit(c) {
			return l.errorf("invalid number '%s'", shorten(rest[:n+i]))
		}
	}
	return l.errorf("invalid number '%s'", shorten(rest[:min(len(rest), n+most)]))
}

// str reads a string literal. The text of the token is its value.
func (l *lexer) str() (token, *Error) {
	t := token{kind: tokString, pos: l.pos()}
	quote := l.src[l.off]
	if strings.HasPrefix(l.src[l.off:], strings.Repeat(string(quote), 3)) {
		return token{}, l.errorf("strings in triple quotes are not supported")
	}
	l.off++
	var value []byte // in use from the first escape on
	escaped := false
	start := l.off // of the part not yet in value
	for {
		if l.off == len(l.src) || l.lineEnd(l.off) > 0 {
			return token{}, &Error{t.pos, "unterminated string"}
		}
		switch l.src[l.off] {
		case quote:
			t.text = l.src[start:l.off]
			if escaped {
				t.text = string(append(value, t.text...))
			}
			l.off++
			return t, nil
		case '\\':
			escaped = true
			value = append(value, l.src[start:l.off]...)
			var err *Error
			if value, err = l.escape(value, t.pos); err != nil {
				return token{}, err
			}
			start = l.off
		default:
			if _, err := l.char(); err != nil {
				return token{}, err
			}
		}
	}
}

// escape reads one escape sequence and appends what it stands for. The string began at str.
func (l *lexer) escape(value []byte, str Pos) ([]byte, *Error) {
	if n := l.lineEnd(l.off + 1); n > 0 { // the string goes on in the next line
		l.endLine(1 + n)
		return value, nil
	}
	if l.off+1 == len(l.src) {
		return nil, &Error{str, "unterminated string"}
	}
	c := l.src[l.off+1]
	switch c {
	case 'x':
		return l.codePoint(value, 2, 2, 16)
	case 'u':
		return l.codePoint(value, 2, 4, 16)
	case 'U':
		return l.codePoint(value, 2, 8, 16)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := 1
		for n < 3 && l.off+1+n < len(l.src) && '0' <= l.src[l.off+1+n] && l.src[l.off+1+n] <= '7' {
			n++
		}
		return l.codePoint(value, 1, n, 8)
	}
	i := strings.IndexByte(`\'"abfnrtv`, c)
	if i < 0 {
		return nil, l.errorf("unknown escape in a string (a backslash itself is written \\\\)")
	}
	l.off += 2
	return append(value, "\\'\"\a\b\f\n\r\t\v"[i]), nil
}

// codePoint reads an escape of skip bytes and then exactly n digits, which give a Unicode code point.
func (l *lexer) codePoint(value []byte, skip, n, base int) ([]byte, *Error) {
	end := l.off + skip + n
	if end > len(l.src) {
		return nil, l.errorf("invalid escape in a string: expected %d digits", n)
	}
	v, err := strconv.ParseUint(l.src[l.off+skip:end], base, 32)
	if err != nil {
		return nil, l.errorf("invalid escape in a string: expected %d digits", n)
	}
	if v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
		return nil, l.errorf("invalid escape in a string: not a Unicode character")
	}
	l.off = end
	return utf8.AppendRune(value, rune(v)), nil
}
