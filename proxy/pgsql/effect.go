package pgsql

import "strings"

// Effect says what running a text may do to the session's run-time parameters, which SET and set_config change.
type Effect uint8

const (
	// Keeps leaves them as they are.
	Keeps Effect = iota
	// Restores ends a transaction, or goes back to a savepoint: what was changed since may be undone.
	Restores
	// Changes may change any of them.
	Changes
	// Prepares is Changes, and so is each later execution of a statement or cursor that the text made.
	Prepares
)

// Plans of texts that name nothing protected and yet may change the session's parameters.
var (
	restoring = &Plan{Statements: []Statement{{Writes: true, Unsettles: true}}, Unnamed: true, Effect: Restores}
	changing  = &Plan{Statements: []Statement{{Writes: true, Unsettles: true}}, Unnamed: true, Effect: Changes}
	preparing = &Plan{Statements: []Statement{{Writes: true, Unsettles: true}}, Unnamed: true, Effect: Prepares}
)

// Unread is the plan of a text that cannot be read, but names nothing protected.
func Unread() *Plan { return changing }

// unnamed plans a text that names nothing protected.
func (p *Planner) unnamed(text string) *Plan {
	switch p.effect(text) {
	case Restores:
		return restoring
	case Changes:
		return changing
	case Prepares:
		return preparing
	}
	return nil
}

// effect is what running the text may do to the session's parameters. Unless the policy takes tenants from them, only
// texts are read that may have SET, RESET or DISCARD in them: the server reports the parameters that matter then, but
// only when it has carried the text out.
func (p *Planner) effect(text string) Effect {
	if !p.relations.settings && !mayBeginWithSet(text) {
		return Keeps
	}
	return effectOf(text)
}

// mayBeginWithSet reports whether a statement of the text may begin with SET, RESET or DISCARD: the first one does, or
// there is more than one.
func mayBeginWithSet(text string) bool {
	if i := strings.IndexByte(text, ';'); i >= 0 && i < len(text)-1 {
		return true
	}
	lx := lexer{text: text}
	t := lx.next()
	if t.kind != tokWord {
		return false
	}
	switch lower(text[t.start]) {
	case 's', 'r', 'd':
		var w foldedWord
		switch string(w.fold(text[t.start:t.end])) {
		case "set", "reset", "discard":
			return true
		}
	}
	return false
}

// effectOf reads a text as far as is needed to tell. It goes by words and parentheses, so that a text that passes need not
// be parsed, and takes what it does not know for Changes: each statement that is not on a list of harmless ones, and each
// function that is not known to leave parameters alone. What a text does not show is not seen: triggers, rules, policies
// and views that call such a function, operators, casts and defaults that are made of one.
func effectOf(text string) Effect {
	s := effectScan{text: text, begins: true}
	lx := lexer{text: text}
	for t := lx.next(); t.kind != 0; t = lx.next() {
		s.take(t)
		if s.effect >= Changes && !s.prepares {
			return s.effect
		}
		s.last = t
	}
	if lx.err != "" {
		return Changes
	}
	if s.effect == Changes && s.prepares {
		return Prepares
	}
	return s.effect
}

// effectScan is the state of effectOf.
type effectScan struct {
	text     string
	effect   Effect
	begins   bool // a statement begins here
	began    bool // the last token was a statement's first word
	inert    bool // the statement has no expressions
	explains bool
	prepares bool // the text has PREPARE or DECLARE
	last     token
	before   token // the token before the name that last ends
	schema   token // the part of that name before the last one, if it has several
	word     foldedWord
}

func (s *effectScan) take(t token) {
	began := t.kind == tokWord && s.begins
	switch {
	case began:
		s.begin(s.fold(t))
		s.before, s.schema = s.last, token{}
	case t.kind == tokWord, t.kind == tokQuoted:
		s.name(t)
	case t.kind == tokPunct && s.text[t.start] == ';':
		s.begins, s.inert, s.explains = true, false, false
	case t.kind == tokPunct && s.text[t.start] == '(':
		if !s.begins && !s.began && (s.last.kind == tokWord || s.last.kind == tokQuoted) {
			s.call()
		}
	}
	s.began = began
}

// begin takes the first word of a statement.
func (s *effectScan) begin(word []byte) {
	s.begins = false
	switch kind := statementEffects[string(word)]; kind {
	case effectNone:
	case effectInert:
		s.inert = true
	case effectRestores:
		s.effect = max(s.effect, Restores)
	case effectExplains:
		s.explains = true
	case effectPrepares:
		s.prepares = true
	default:
		s.effect = Changes
	}
}

// name takes a part of a name, or a word in the middle of a statement.
func (s *effectScan) name(t token) {
	if s.last.kind == tokPunct && s.text[s.last.start] == '.' {
		s.schema = token{tokWord, 0, s.last.start}
		s.view(t)
		return
	}
	s.before, s.schema = s.last, token{}
	s.view(t)
	if t.kind != tokWord || !s.explains && !s.prepares {
		return
	}
	switch word := s.fold(t); {
	case s.explains && (string(word) == "execute" || string(word) == "create" || string(word) == "refresh"):
		s.effect = Changes
	case s.prepares && string(word) == "transaction":
		s.effect = max(s.effect, Restores)
	}
}

// view takes a part of a name that may be the view whose UPDATE is a SET.
func (s *effectScan) view(t token) {
	if strings.EqualFold(strings.Trim(s.text[t.start:t.end], `"`), "pg_settings") {
		s.effect = Changes
	}
}

// call takes the parenthesis behind a name.
func (s *effectScan) call() {
	switch {
	case s.inert, s.before.kind == tokCast: // no expression, or a type with its modifiers
		return
	case s.before.kind == tokPunct && s.text[s.before.start] == ')': // an alias with its columns
		return
	case s.before.kind == tokWord && beforeColumns[string(s.fold(s.before))]:
		return
	case s.schema.kind != 0 && !s.catalogSchema():
		s.effect = max(s.effect, Changes)
		return
	}
	name := s.text[s.last.start:s.last.end]
	if s.last.kind == tokQuoted {
		if len(name) < 2 || name[0] != '"' || !keepingFunctions[name[1:len(name)-1]] {
			s.effect = Changes
		}
		return
	}
	word := s.fold(s.last)
	if s.schema.kind == 0 && notFunctions[string(word)] || keepingFunctions[string(word)] {
		return
	}
	s.effect = Changes
}

// catalogSchema reports whether the name's schema is pg_catalog.
func (s *effectScan) catalogSchema() bool {
	const catalog = "pg_catalog"
	end := int(s.schema.end) // where the dot is
	start := end - len(catalog)
	return start >= 0 && hasFoldedPrefix([]byte(s.text[start:end]), catalog) && (start == 0 || !isIdentPart(s.text[start-1]) && s.text[start-1] != '.')
}

func (s *effectScan) fold(t token) []byte { return s.word.fold(s.text[t.start:t.end]) }

// foldedWord is room for a word in lower case.
type foldedWord [24]byte

// fold returns the word in lower case; empty for one that is longer than any that matters. Valid until the next call.
func (w *foldedWord) fold(word string) []byte {
	if len(word) > len(w) {
		return nil
	}
	for i := range len(word) {
		w[i] = lower(word[i])
	}
	return w[:len(word)]
}
