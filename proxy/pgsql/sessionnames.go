package pgsql

// Naming is what a statement does with the session's names of prepared statements and of cursors. The caller keeps these
// names: what they mean is decided when the server has carried the statement out.
type Naming struct {
	// Prepares is the statement that PREPARE makes; its Plan is nil if it has nothing to do with protected columns.
	Prepares *Prepared
	// Executes names the statement that EXECUTE runs. The plan holds for as long as the name means what Session.Prepared
	// said when the plan was made.
	Executes string
	// Declares is the cursor that DECLARE opens; without Columns if its rows pass as they are.
	Declares *Cursor
	// Fetches names the cursor whose rows FETCH returns. Its columns are for the caller to look up.
	Fetches string
	// Closes names the cursor that CLOSE closes; ClosesAll is set for CLOSE ALL and DISCARD ALL.
	Closes    string
	ClosesAll bool
}

// protected reports whether what is prepared or declared has to do with protected columns.
func (n *Naming) protected() bool {
	switch {
	case n == nil:
		return false
	case n.Prepares != nil:
		return n.Prepares.Plan != nil && n.Prepares.Plan.Protected()
	}
	return n.Declares != nil && n.Declares.Columns != nil
}

// Prepared is a prepared statement.
type Prepared struct {
	Name string
	// Plan is of one statement. Its edits are made where it was prepared: EXECUTE needs none of them.
	Plan *Plan
	// Types are the OIDs of the parameters' declared types; 0, or missing at the end, where none is declared or it is not
	// a built-in one.
	Types []uint32
	// Refused is set for a name whose statement was refused, so that the server has none of the name: a value for it must not
	// be sent there all the same.
	Refused bool
	// Bound is set for a statement of the protocol that only Bind can do justice: its plan may not hold any more, or it has
	// parameters that the client does not know of.
	Bound bool
}

// declared returns the declared type of a parameter, counted from 1, or 0.
func (p *Prepared) declared(param int) uint32 {
	if param > len(p.Types) || p.Types[param-1] == oidUnknown {
		return 0
	}
	return p.Types[param-1]
}

// Cursor is what DECLARE opens.
type Cursor struct {
	Name    string
	Columns []ResultColumn // as in Statement; hidden ones among them
	Binary  bool           // its rows come in binary where the protocol's message does not ask for formats
	Hold    bool           // it outlives its transaction
	Uses    []Use          // as in Plan: what FETCH does; without places in the text
}

// nameless returns the plan of a text that is kept and uses no names of statements and cursors, or nil.
func (p *Planner) nameless(text []byte, session *Session) *Plan {
	if len(session.Children) > 0 || len(text) > p.cacheText {
		return nil
	}
	plan := lookUp(p.plans, text)
	if plan == nil || plan.Refusal != nil {
		return nil
	}
	for i := range plan.Statements {
		if plan.Statements[i].Naming != nil {
			return nil
		}
	}
	return p.forSession(plan, text, session)
}

// planNames plans a text that may use the session's names of statements and cursors; ok is false if it does not.
func (p *Planner) planNames(text []byte, session *Session) (plan *Plan, ok bool) {
	executes := session.Prepared != nil && p.executes.match(text)
	if !executes && !(session.Cursors && p.cursors.match(text)) {
		return nil, false
	}
	plan, _ = p.analyse(string(text), session)
	if plan.Refusal != nil && !executes && !p.filter.match(text) && !mentions(session.Children, text) {
		// It cannot be read; it names nothing protected, and what it fetches is not opened.
		return p.unnamed(string(text)), true
	}
	return plan, true
}

func mentions(names []string, text []byte) bool {
	return len(names) > 0 && newFilter(names).match(text)
}

// Words of statements that use names. A text without them does not.
var (
	executeWords = []string{"execute", "prepare"}
	cursorWords  = []string{"declare", "fetch", "close"}
)
