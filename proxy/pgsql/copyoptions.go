package pgsql

import (
	"regexp"
	"slices"
	"strings"

	"github.com/keyaside/keyaside/proxy/pgcopy"
	"github.com/sqlc-dev/oliphant/ast"
)

// copyOptions are the options of a COPY as the server resolves them (ProcessCopyOptions in src/backend/commands/copy.c).
// A combination that the server refuses is left to it: it does so before any data flows.
type copyOptions struct {
	pgcopy.Options
	forceNull, forceNotNull nameSet
	text                    map[string]string // those whose value is a string
}

// nameSet is a list of names or, for *, all.
type nameSet struct {
	all   bool
	names []string
}

func (s nameSet) has(name string) bool { return s.all || slices.Contains(s.names, name) }

// copyOptions reads the options of s for data with the columns, of which some are protected.
func (a *analysis) copyOptions(s *ast.CopyStmt, columns []string, protected []*Column) copyOptions {
	o := copyOptions{text: map[string]string{}}
	var header pgcopy.Header
	for _, n := range s.GetOptions() {
		d := n.GetDefElem()
		name, at := d.GetDefname(), int(d.GetLocation())
		switch name {
		case "freeze", "force_quote", "reject_limit", "log_verbosity":
		case "header":
			header = copyHeader(d)
		case "force_null":
			o.forceNull = nameSetOf(d.GetArg())
		case "force_not_null":
			o.forceNotNull = nameSetOf(d.GetArg())
		case "format", "delimiter", "null", "quote", "escape", "default":
			if _, twice := o.text[name]; twice {
				refuse(at, codeSyntax, "", "conflicting or redundant options")
			}
			o.text[name] = d.GetArg().GetString_().GetSval()
		case "encoding":
			checkCopyEncoding(d)
		case "on_error":
			checkOnError(d, protected)
		default:
			refuse(at, codeUnsupported, "Leave the option out.", "an option of COPY is not known, so what its data would mean is not, either")
		}
	}
	o.Options = o.resolve(s, columns)
	o.Header = header
	if s.GetIsFrom() {
		o.refuseEnvelopes(s)
	}
	return o
}

// resolve fills in the defaults and refuses what the server might read differently.
func (o *copyOptions) resolve(s *ast.CopyStmt, columns []string) pgcopy.Options {
	formats := map[string]pgcopy.Format{"": pgcopy.Text, "text": pgcopy.Text, "csv": pgcopy.CSV, "binary": pgcopy.Binary}
	format, ok := formats[o.text["format"]]
	if !ok {
		refuse(-1, codeInvalid, "Use text, csv or binary.", "the format of COPY is not known")
	}
	r := pgcopy.Defaults(format, columns)
	if format == pgcopy.Binary {
		return r
	}
	o.byte("delimiter", &r.Delimiter)
	if format == pgcopy.CSV {
		o.byte("quote", &r.Quote)
		r.Escape = r.Quote
		o.byte("escape", &r.Escape)
	}
	if null, given := o.text["null"]; given {
		r.Null = null
	}
	r.Default, r.HasDefault = o.text["default"]
	r.HasDefault = r.HasDefault && s.GetIsFrom()
	if strings.IndexByte("\r\n", r.Quote) >= 0 || strings.IndexByte("\r\n", r.Escape) >= 0 || r.Quote == '\\' ||
		r.Delimiter == r.Quote || strings.IndexByte("\r\n", r.Delimiter) >= 0 || format == pgcopy.Text && strings.IndexByte(notInText, r.Delimiter) >= 0 {
		refuse(-1, codeInvalid, "Use others.", "the delimiter, quote and escape of COPY could mean something else besides")
	}
	if format == pgcopy.CSV && !s.GetIsFrom() && (inEnvelope(r.Delimiter) || inEnvelope(r.Quote)) {
		refuse(-1, codeInvalid, "Use others.", "the delimiter and quote of COPY occur in sealed values, so it cannot be told which values the server quotes by itself")
	}
	return r
}

// inEnvelope reports whether an envelope that is stored as bytea or text may have the byte in it.
func inEnvelope(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(`\._-`, c) >= 0
}

// notInText are the delimiters that text format can't have.
const notInText = `\.abcdefghijklmnopqrstuvwxyz0123456789`

func (o *copyOptions) byte(name string, to *byte) {
	value, given := o.text[name]
	if !given {
		return
	}
	if len(value) != 1 || value[0] == 0 || value[0] >= 0x80 {
		refuse(-1, codeUnsupported, "", "COPY %s must be a single one-byte character", name)
	}
	*to = value[0]
}

// refuseEnvelopes refuses a NULL or DEFAULT string that an envelope might be.
func (o *copyOptions) refuseEnvelopes(s *ast.CopyStmt) {
	for _, v := range []string{o.Null, o.Default} {
		if strings.Contains(v, "f54b") || strings.Contains(v, "ks1.") {
			refuse(int(s.GetRelation().GetLocation()), codeUnsupported, "Use another.", "the NULL or DEFAULT string of COPY looks like a sealed value")
		}
	}
}

// copyHeader reads HEADER (defGetCopyHeaderOption in src/backend/commands/copy.c).
func copyHeader(d *ast.DefElem) pgcopy.Header {
	arg := d.GetArg()
	switch {
	case arg == nil || arg.GetBoolean().GetBoolval():
		return pgcopy.HeaderLine
	case arg.GetBoolean() != nil:
		return pgcopy.NoHeader
	case arg.GetInteger() != nil:
		switch arg.GetInteger().GetIval() {
		case 0:
			return pgcopy.NoHeader
		case 1:
			return pgcopy.HeaderLine
		}
	}
	switch strings.ToLower(arg.GetString_().GetSval()) {
	case "true", "on":
		return pgcopy.HeaderLine
	case "false", "off":
		return pgcopy.NoHeader
	case "match":
		return pgcopy.HeaderMatch
	}
	refuse(int(d.GetLocation()), codeSyntax, "", `header requires a Boolean value or "match"`)
	return 0
}

func nameSetOf(n *ast.Node) nameSet {
	if n.GetAStar() != nil {
		return nameSet{all: true}
	}
	return nameSet{names: names(n.GetList().GetItems())}
}

// checkCopyEncoding refuses data that is not in UTF-8, as protected values are.
func checkCopyEncoding(d *ast.DefElem) {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(d.GetArg().GetString_().GetSval()))
	if name != "utf8" && name != "unicode" {
		refuse(int(d.GetLocation()), codeUnsupported, "Write the data in UTF8.", "COPY of protected columns needs ENCODING 'UTF8'")
	}
}

// checkOnError refuses to skip rows with invalid values where the proxy is the one who finds them: the server would not
// count them.
func checkOnError(d *ast.DefElem, protected []*Column) {
	mode := strings.ToLower(d.GetArg().GetString_().GetSval())
	strict := slices.ContainsFunc(protected, func(c *Column) bool { return c.Type != "text" })
	if mode != "stop" && (mode != "ignore" || strict) {
		refuse(int(d.GetLocation()), codeUnsupported, "Leave ON_ERROR out.", "COPY cannot skip rows whose protected values are invalid")
	}
}

// copyFromStdin matches a text that begins with COPY … FROM STDIN, behind white space and comments. One that is not the
// first of its text is not looked for: psql sends statements one by one.
var copyFromStdin = regexp.MustCompile(`(?is)\A(?:\s|--[^\n]*\n|/\*.*?\*/)*copy\b.*\bfrom\s+stdin\b`)

// beginsCopyIn reports whether a client that sends the text will take what stands behind it for rows. A text that can't be
// planned need not be one that can be parsed.
func beginsCopyIn(text string) bool { return copyFromStdin.MatchString(text) }
