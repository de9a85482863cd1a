package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is one word of the text.
type token struct {
	kind kind
	pos  Pos
	text string  // as written; of an integer without underscores, of a string its value
	num  float64 // the value of tokFloat and tokImag
}

type kind uint8

const (
	tokEnd     kind = iota // end of input, and everything after an error
	tokNewline             // end of a line, where it means something
	tokName
	tokReserved // a word that cannot be a name
	tokInt
	tokFloat
	tokImag
	tokString
	tokOp // an operator, bracket or other punctuation
)

// is reports whether the token is this operator or reserved word.
func (t *token) is(text string) bool {
	return (t.kind == tokOp || t.kind == tokReserved) && t.text == text
}

// String names the token in a message.
func (t *token) String() string {
	switch t.kind {
	case tokEnd:
		return "end of input"
	case tokNewline:
		return "end of line"
	case tokString:
		return "string"
	case tokFloat, tokImag, tokInt:
		return "number " + shorten(t.text)
	case tokName:
		return "name '" + shorten(t.text) + "'"
	}
	return "'" + t.text + "'"
}

// shorten cuts a piece of the source down to what fits in a message.
func shorten(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	n := most
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "..."
}

// reserved holds the words that cannot be names (Python's), with what to tell someone who uses one in the wrong place.
var reserved = map[string]string{
	"True": "", "False": "", "None": "",
	"lambda":   "put the lambda in brackets",
	"and":      "use '&', with brackets around comparisons",
	"or":       "use '|', with brackets around comparisons",
	"not":      "use '~', with brackets around comparisons",
	"if":       "use where(condition, a, b)",
	"else":     "use where(condition, a, b)",
	"elif":     "use where(condition, a, b)",
	"is":       "use '=='",
	"in":       "it is a reserved word",
	"for":      "there are no loop statements or comprehensions",
	"while":    "there are no loop statements",
	"break":    "there are no loop statements",
	"continue": "there are no loop statements",
	"def":      "use name = lambda a, b: ...",
	"return":   "the last line is the result",
	"as":       "it is a reserved word", "assert": "it is a reserved word", "async": "it is a reserved word",
	"await": "it is a reserved word", "class": "it is a reserved word", "del": "it is a reserved word",
	"except": "it is a reserved word", "finally": "it is a reserved word", "from": "it is a reserved word",
	"global": "it is a reserved word", "import": "it is a reserved word", "nonlocal": "it is a reserved word",
	"pass": "it is a reserved word", "raise": "it is a reserved word", "try": "it is a reserved word",
	"with": "it is a reserved word", "yield": "it is a reserved word",
}

// operatorHint holds what to tell someone who uses an operator in the wrong place, or one of another language.
var operatorHint = map[string]string{
	"=":  "did you mean '=='?",
	"!":  "use '~' for not, '!=' for not equal",
	"&&": "use '&', with brackets around comparisons",
	"||": "use '|', with brackets around comparisons",
	"<>": "use '!='",
	"->": "write lambda a: ...",
	":=": "write name = value as a statement of its own",
	"+=": noAugmented, "-=": noAugmented, "*=": noAugmented, "/=": noAugmented, "//=": noAugmented, "%=": noAugmented,
	"**=": noAugmented, "@=": noAugmented, "&=": noAugmented, "|=": noAugmented, "^=": noAugmented,
	"<<=": noAugmented, ">>=": noAugmented,
	"{": "braces are only for the body of a lambda",
	"?": "it is only for an unknown size in a declaration",
}

const noAugmented = "write name = name ... instead"

// hint returns advice about a token that is in the wrong place, or "".
func (t *token) hint() string {
	switch t.kind {
	case tokReserved:
		return reserved[t.text]
	case tokOp:
		return operatorHint[t.text]
	}
	return ""
}

// operatorLen returns the length of the operator that s starts with, the longest possible, or 0.
func operatorLen(s string) int {
	longest := min(3, len(s))
	if longest > 1 && strings.IndexByte("=*/<>&|.", s[1]) < 0 { // none goes on like this
		longest = 1
	}
	for n := longest; n > 1; n-- {
		op := s[:n]
		if _, ok := operatorHint[op]; ok {
			return n
		}
		switch op {
		case "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=":
			return n
		}
	}
	if strings.IndexByte("+-*/%@&|^~<>=!()[]{},:;.?", s[0]) >= 0 {
		return 1
	}
	return 0
}

// IsName reports whether s can be a name in a source text: letters, digits and underscores, not starting with a digit,
// and not one of the reserved words.
func IsName(s string) bool {
	n := nameLen(s)
	if n == 0 || n != len(s) {
		return false
	}
	_, ok := reserved[s]
	return !ok
}

// nameLen returns the length of the name or reserved word that s starts with, 0 if there is none.
func nameLen(s string) int {
	i := 0
	for i < len(s) {
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		if !isLetter(c) && (i == 0 || !isDigit(c)) {
			break
		}
		i += size
	}
	return i
}

func isLetter(c rune) bool {
	if c < utf8.RuneSelf {
		return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
	}
	return unicode.IsLetter(c)
}

func isDigit(c rune) bool {
	if c < utf8.RuneSelf {
		return '0' <= c && c <= '9'
	}
	return unicode.IsDigit(c)
}
