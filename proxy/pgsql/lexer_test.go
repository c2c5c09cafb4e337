package pgsql

import (
	"strings"
	"testing"

	oliphant "github.com/sqlc-dev/oliphant"
)

// lex returns the tokens of a text, and what is unterminated in it.
func lex(text string) (tokens []token, unterminated string) {
	l := lexer{text: text}
	for t := l.next(); t.kind != 0; t = l.next() {
		tokens = append(tokens, t)
	}
	return tokens, l.err
}

func TestLexerCutsTextsAsTheServerDoes(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"SELECT a.b", "SELECT|a|.|b"},
		{"'it''s' x", "'it''s'|x"},
		{`E'it\'s' x`, `E'it\'s'|x`},
		{`'back\' x`, `'back\'|x`},
		{"'one'\n  'two' x", "'one'\n  'two'|x"},
		{"'one' 'two'", "'one'|'two'"},
		{"'one' -- c\n 'two'", "'one'|'two'"},
		{"$$a'b$$ $t$ $$ $t$ $1 $", "$$a'b$$|$t$ $$ $t$|$1|$"},
		{"a$1 $1a", "a$1|$1|a"},
		{"/* a /* b */ c */ x -- y\nz", "x|z"},
		{"1 1.5 .5 1. 1e5 1e+5 1_000 0x1F 0o17 0b1 1..2", "1|1.5|.5|1.|1e5|1e+5|1_000|0x1F|0o17|0b1|1|..|2"},
		{"a::int b:=1 c:d", "a|::|int|b|:=|1|c|:|d"},
		{"a+-b a@-b a--b\n a/*b*/", "a|+|-|b|a|@-|b|a|a"},
		{"a<=b<>c!=d=>e", "a|<=|b|<>|c|!=|d|=>|e"},
		{`U&'\0041' U&"d\0061t" UESCAPE '!' u&x`, `U&'\0041'|U&"d\0061t"|UESCAPE|'!'|u|&|x`},
		{"B'01' X'ff' N'x' e 'x'", "B'01'|X'ff'|N|'x'|e|'x'"},
		{`"a""b" "é"`, `"a""b"|"é"`},
		{"(a)[1];", "(|a|)|[|1|]|;"},
	} {
		tokens, _ := lex(c.text)
		var parts []string
		for _, tok := range tokens {
			parts = append(parts, c.text[tok.start:tok.end])
		}
		if got := strings.Join(parts, "|"); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestLexerSaysWhatDoesNotEnd(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT 'abc":   "quoted string or identifier",
		`SELECT "abc`:   "quoted string or identifier",
		`SELECT E'a\'`:  "quoted string or identifier",
		"/* /* */ x":    "comment",
		"$t$ $$":        "dollar-quoted string",
		"SELECT B'0101": "bit string",
		"SELECT 'done'": "",
	} {
		if _, got := lex(text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// FuzzLexer checks that tokens are in order and in range with only blanks and comments between them, and that on a text
// which the parser's own scanner accepts both cut at the same places.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{"SELECT * FROM customers WHERE a = 'b' -- c\n", "$a$x$a$ $1 U&'x' UESCAPE '!' E'\\'' 1.5e-3 0x_1F",
		"a/*b/*c*/*/d+-e@-f <> :: := .. 'x'\n'y' \"q\"\"\" B'1' x'f' n'z'", "1_000 .5 1..2 \x80é $é$x$é$ {}~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens, unterminated := lex(text)
		end := int32(0)
		for _, tok := range tokens {
			if tok.start < end || tok.end <= tok.start || int(tok.end) > len(text) {
				t.Fatalf("token %+v behind %d in %q", tok, end, text)
			}
			end = tok.end
		}
		if unterminated == "" && !strings.ContainsRune(text, 0) {
			compareWithScan(t, text, tokens)
		}
	})
}

// compareWithScan compares with the scanner of the parser, as far as that accepts the text.
func compareWithScan(t *testing.T, text string, tokens []token) {
	scan, err := oliphant.Scan(text)
	if err != nil {
		return
	}
	i := 0
	for _, s := range scan.GetTokens() {
		if kind := s.GetToken().String(); kind == "SQL_COMMENT" || kind == "C_COMMENT" {
			continue
		}
		if i >= len(tokens) || tokens[i].start != s.GetStart() || tokens[i].end != s.GetEnd() {
			t.Fatalf("%q: token %d is [%d,%d) for the parser; ours: %+v", text, i, s.GetStart(), s.GetEnd(), tokens)
		}
		i++
	}
	if i != len(tokens) {
		t.Fatalf("%q: %d tokens for the parser, %d for us", text, i, len(tokens))
	}
}
