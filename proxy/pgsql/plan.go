package pgsql

// Plan is what a text means for protected columns. It is pure data, immutable, and safe to share between sessions.
type Plan struct {
	// Statements has one entry per statement of the text, in order; the empty text has none.
	Statements []Statement
	// Edits turn the client's text into the server's, in the order of the text and without overlap. Empty: the text
	// goes to the server as it came.
	Edits []Edit
	// Params lists the parameters whose values must be sealed, in the order of their numbers. Where a value is sealed more
	// than once, that for the parameter's own place comes last.
	Params []ParamUse
	// ClientParams is the greatest number of a parameter in the client's text, and AddedParams the number of those behind it
	// that only the server's text has. ClientParams is 0 if nothing is added.
	ClientParams, AddedParams int
	// Uses lists what the text does with protected columns, each kind once for each column. Whether the session may do so
	// is for the caller to say: plans are shared by all.
	Uses []Use
	// Names lists the names without a schema that depend on the session's search path. Where Session.Names lacks one of
	// them the plan is a refusal, and is to be made again with it. With all of them the plan holds as long as they mean
	// the same. Nil: the plan depends on no search path.
	Names []string
	// SwitchesRole is true if the text may give the session another role.
	SwitchesRole bool
	// Effect is what running the text may do to the session's run-time parameters. It is only told exactly where the policy
	// takes tenants from parameters; else it is Keeps for all but SET, RESET, DISCARD, and scripts that have them.
	Effect Effect
	// Unnamed is set for a text that names nothing protected and has a plan for its Effect alone.
	Unnamed bool
	// Refusal, if set, means that nothing of the text may run; all other parts are then empty.
	Refusal *Refusal
}

// Protected reports whether anything of the plan needs more than passing on.
func (p *Plan) Protected() bool {
	if p.Refusal != nil || len(p.Edits) > 0 || len(p.Params) > 0 {
		return true
	}
	for i := range p.Statements {
		if s := &p.Statements[i]; s.Columns != nil || s.Copy != nil || s.Naming.protected() {
			return true
		}
	}
	return false
}

// StatementAt returns the index of the statement that a byte offset of the text is in; -1 if there is none.
func (p *Plan) StatementAt(offset int) int {
	i := len(p.Statements) - 1
	for i > 0 && p.Statements[i].Start > offset {
		i--
	}
	return i
}

// Statement is one statement of a text.
type Statement struct {
	// Start is the byte offset at which the statement begins; 0 for the first, and it ends where the next one begins, so
	// that blanks, comments and the semicolon behind a statement belong to it.
	Start int
	// Columns describes the row the server returns, if a protected column is in it or a hidden column was added;
	// nil: rows pass as they are.
	Columns []ResultColumn
	// Copy describes the data of a COPY that has to be looked into; nil: it passes as it is.
	Copy *Copy
	// CopyIn is true for each COPY FROM STDIN: the client sends rows before the statement ends.
	CopyIn bool
	// Writes is true unless the statement is known to change nothing (SELECT without data-modifying parts, SHOW, …).
	Writes bool
	// Schema is true if the statement can change the catalog (CREATE, ALTER, DROP, …).
	Schema bool
	// Separable is set if the statement does the same, sent by itself through the extended protocol, as among others in a
	// simple query: SELECT, INSERT, UPDATE, DELETE, MERGE and EXECUTE of those.
	Separable bool
	// Unsettles is set if the statement may change what names without a schema mean: it is no query, or it calls a function
	// that may do anything.
	Unsettles bool
	// Children names the tables that the statement makes children or partitions of a protected table. Until the catalog
	// has them, which is after the end of the transaction, they belong into Session.Children.
	Children []string
	// Deallocate names the prepared statement that is dropped by DEALLOCATE; All is set for DEALLOCATE ALL and DISCARD ALL.
	Deallocate    string
	DeallocateAll bool
	// Names is what the statement does with other names of the session; nil: nothing.
	Naming *Naming
}

// ResultColumn is a column of a row as the server returns it.
type ResultColumn struct {
	Column *Column   // nil: not protected
	Tenant TenantRef // whose value it must be, if Column is set
	Hidden bool      // added by the plan; not shown to the client
	// Attr is the number that RowDescription must give for a protected column that comes straight from a table, and
	// Relation that table's OID; 0 where the server gives none. A disagreement means that the catalog is out of date.
	Relation uint32
	Attr     int16
}

// TenantKind says where a tenant is found at run time.
type TenantKind uint8

const (
	TenantFixed   TenantKind = iota // Value is the tenant
	TenantSession                   // Value is "user" or "database"
	TenantSetting                   // Value is the name of a run-time parameter of the session
	TenantParam                     // Param is the parameter's number
	TenantResult                    // Result is the index of the server's result column that holds it
)

// TenantRef locates the tenant of a value. A literal's Value is spelled as the client spelled it; the caller brings it to
// the canonical text form of TypeOID (a uuid in lower case, an integer without leading zeros) before it compares or seals.
type TenantRef struct {
	Kind    TenantKind
	Value   string
	Param   int    // 1-based
	Result  int    // 0-based, among the columns as the server returns them
	TypeOID uint32 // type of the parameter or result column that holds the tenant, as the catalog has it
	Claims  *Claims
}

// Claims are a table's other sources of the tenant: each that gives one must give the same. Nil if there are none.
type Claims struct {
	Fixed   string
	Session string // as in TenantSource
	Setting string
	TypeOID uint32 // of the tenant column: a parameter's value is read as one of its type; 0 is text
	// Foreign is what becomes of a value in a row whose column names the value's own tenant, but the session another.
	Foreign ForeignRule
}

// ParamUse is a parameter that meets a protected column.
type ParamUse struct {
	Param int    // 1-based; 0 for a constant of the client's text, whose tenant is a parameter
	Value string // the constant, as in Literal
	// Added is the number of the parameter that the sealed value goes to, if it is not Param: the plan has added it to the
	// text, since Param itself is sealed otherwise.
	Added  int
	Column *Column
	Tenant TenantRef
	// CastOID is the type that the server would have found for the parameter before the plan took the casts around it out,
	// 0 for the column's: what the client expects ParameterDescription to show.
	CastOID uint32
	Form    Form
	// Normalise is what the statement itself does to a value of FormTerm before it is compared, as in Column.Normalise.
	Normalise string
	// Array is true for an array whose elements each meet the column: = ANY ($1).
	Array bool
	// NullIf, if not nil, is the text that becomes NULL: the parameter is a text.
	NullIf *string
	// Casts are to be carried out on the value, in this order, before it becomes the column's type. The first may be to
	// CastOID.
	Casts []Cast
}

// Edit replaces the bytes [Start, End) of the client's text.
type Edit struct {
	Start, End int
	Text       string   // the replacement; behind the sealed literal, if there is one
	Literal    *Literal // a value to seal; its replacement is the sealed literal
}

// Literal is a constant in the text that meets a protected column.
type Literal struct {
	Column *Column
	Value  string // the value in PostgreSQL's text form, unquoted and with escapes resolved
	Tenant TenantRef
	// CastOID and Casts are as in ParamUse: '1.5'::numeric is a numeric before it becomes the column's type.
	CastOID   uint32
	Form      Form
	Array     bool
	Normalise string // as in ParamUse
	Casts     []Cast
}

// Refusal says why a statement cannot be proved safe. None of its texts quotes a literal.
type Refusal struct {
	Code     string // SQLSTATE
	Message  string // names the column
	Detail   string
	Hint     string   // what to write instead
	Position int      // byte offset in the client's text, 0-based; -1 if none
	Prepares []string // names that PREPARE would have given statements of the text
	CopyIn   bool     // the text begins with COPY … FROM STDIN, and its client may send the rows all the same
}
