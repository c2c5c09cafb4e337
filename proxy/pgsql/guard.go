package pgsql

import (
	"strings"
)

// limits bound what may reach the parser. Every parser of this grammar can be made to crash, or to take exponential time,
// by one statement of the right shape; the guard sees these shapes in one linear pass.
type limits struct {
	textBytes int // longest text
	depth     int // nesting of parentheses, brackets, CASE and BEGIN
	chain     int // height of the tree that operators, casts, set operations and joins build
	selects   int // nesting of sub-selects in doubled parentheses: the parser's time doubles with each
}

// Limits beside Config's: a chain as long as any generated statement seen, and a nesting at which the parser still takes
// under a millisecond.
const (
	defaultChain   = 5000
	defaultSelects = 8
)

// frame is what is open at one level of nesting.
type frame struct {
	opener  byte // ( [ c(ase) b(egin) or 0 for the text itself
	doubled bool // "((SELECT": counted against limits.selects
	base    int  // height of what stands open around it: prefix operators nest to the right
	height  int  // of the expression being read
	tallest int  // of those before it at this level
}

// guard checks a text against limits while it splits it into tokens.
type guard struct {
	lim     limits
	text    string
	tokens  []token
	frames  []frame
	selects int
}

// check returns the text's tokens, or the refusal.
func (lim limits) check(text string) ([]token, *Refusal) {
	if len(text) > lim.textBytes {
		return nil, &Refusal{Code: codeTooLarge, Position: -1,
			Message: "statement text that may name a protected table is too long",
			Hint:    "Send less in one statement, or raise the limit of statement bytes."}
	}
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, &Refusal{Code: codeEncoding, Message: "statement text has a zero byte in it", Position: i}
	}
	g := guard{lim: lim, text: text, tokens: make([]token, 0, len(text)/4+8), frames: make([]frame, 1, 16)}
	lx := lexer{text: text}
	for {
		t := lx.next()
		if lx.err != "" {
			return nil, &Refusal{Code: codeSyntax, Message: "unterminated " + lx.err, Position: int(t.start), Hint: hintSyntax}
		}
		if t.kind == 0 {
			return g.tokens, nil
		}
		g.tokens = append(g.tokens, t)
		if r := g.step(t); r != nil {
			return nil, r
		}
	}
}

func (g *guard) step(t token) *Refusal {
	switch t.kind {
	case tokOperator, tokCast:
		g.grow()
	case tokWord:
		g.word(t)
	case tokPunct:
		g.punct(g.text[t.start])
	}
	if len(g.frames) > g.lim.depth {
		return g.refuse(t, "nested too deeply")
	}
	if top := g.top(); top.base+top.height > g.lim.chain {
		return g.refuse(t, "a chain of operators, casts, joins or set operations that is too long")
	}
	if g.selects > g.lim.selects {
		return g.refuse(t, "too many sub-selects nested in doubled parentheses")
	}
	return nil
}

func (g *guard) refuse(t token, what string) *Refusal {
	return &Refusal{Code: codeTooComplex, Position: int(t.start),
		Message: "statement that may name a protected table is too complex: " + what,
		Hint:    "Write it as several statements, or as a list instead of a chain."}
}

func (g *guard) top() *frame { return &g.frames[len(g.frames)-1] }

// grow adds one to the height of the expression being read.
func (g *guard) grow() { g.top().height++ }

func (g *guard) punct(c byte) {
	switch c {
	case '(':
		g.push(frame{opener: '('})
	case '[':
		g.grow()
		g.push(frame{opener: '['})
	case ')':
		g.pop('(')
	case ']':
		g.pop('[')
	case ',', ';':
		top := g.top()
		top.tallest, top.height = max(top.tallest, top.height), 0
	}
}

func (g *guard) push(f frame) {
	f.base = g.top().base + g.top().height
	g.frames = append(g.frames, f)
}

// pop closes the innermost frame if it was opened by opener. Where it was not the text is no SQL, and the parser says so.
func (g *guard) pop(opener byte) {
	f := *g.top()
	if len(g.frames) == 1 || f.opener != opener {
		return
	}
	g.frames = g.frames[:len(g.frames)-1]
	if f.doubled {
		g.selects--
	}
	top := g.top()
	top.height = max(top.height, max(f.height, f.tallest)+1)
}

func (g *guard) word(t token) {
	w := g.text[t.start:t.end]
	if len(w) > len("INTERSECT") || len(w) < 2 {
		return
	}
	switch {
	case isWord(w, "case"):
		g.push(frame{opener: 'c'})
	case isWord(w, "begin"):
		if len(g.frames) > 1 || !g.startsStatement() {
			g.push(frame{opener: 'b'})
		}
	case isWord(w, "end"):
		g.end()
	case isWord(w, "select"), isWord(w, "values"), isWord(w, "with"), isWord(w, "table"):
		g.subselect()
	case growsTree(w):
		g.grow()
	}
}

// end closes CASE or BEGIN. As a label, after a dot or AS, the word closes nothing.
func (g *guard) end() {
	if n := len(g.tokens); n >= 2 {
		before := g.text[g.tokens[n-2].start:g.tokens[n-2].end]
		if before == "." || isWord(before, "as") {
			return
		}
	}
	if o := g.top().opener; o == 'b' || o == 'c' {
		g.pop(o)
	}
}

// startsStatement reports whether the last token begins a statement: there BEGIN opens a transaction, not a block.
func (g *guard) startsStatement() bool {
	n := len(g.tokens)
	return n == 1 || g.text[g.tokens[n-2].start] == ';'
}

// subselect counts a sub-select that stands in doubled parentheses.
func (g *guard) subselect() {
	n := len(g.tokens)
	if n < 3 || g.text[g.tokens[n-2].start] != '(' || g.text[g.tokens[n-3].start] != '(' {
		return
	}
	if top := g.top(); top.opener == '(' && !top.doubled {
		top.doubled = true
		g.selects++
	}
}

// isWord reports whether w is the keyword, which is given in lower case.
func isWord(w, keyword string) bool {
	if len(w) != len(keyword) {
		return false
	}
	for i := range len(w) {
		if lower(w[i]) != keyword[i] {
			return false
		}
	}
	return true
}

// growsTree reports whether a keyword makes the tree higher, as an operator does.
func growsTree(w string) bool {
	for _, k := range [...]string{"and", "or", "not", "is", "in", "isnull", "notnull", "like", "ilike", "similar", "between",
		"collate", "at", "operator", "overlaps", "join", "union", "except", "intersect", "when", "else"} {
		if isWord(w, k) {
			return true
		}
	}
	return false
}
