// Package pgcopy reads and writes the data of PostgreSQL's COPY in its formats text, csv and binary, so that some columns
// of each row can be replaced while all other bytes stay as they are.
//
// Where a row and a column end is decided exactly as the server decides it (src/backend/commands/copyfromparse.c): if the
// two disagreed, a value would be sealed in part, or not at all. What the server reads in more than one way, depending on
// its version, is an error here.
//
// A Reader takes data from a client, cut anywhere, holds no more than one row, and allocates nothing per row. Split takes
// apart a row that the server sent. Neither may be used by several goroutines at once. Errors never quote the data.
package pgcopy

// Format is the format of the data.
type Format uint8

const (
	Text Format = iota
	CSV
	Binary
)

func (f Format) String() string { return [...]string{"text", "csv", "binary"}[f] }

// Header says what the first line of text or csv is.
type Header uint8

const (
	NoHeader    Header = iota
	HeaderLine         // a line that the reader skips
	HeaderMatch        // the columns' names, in order, or the data is refused
)

// Options says how data is written (PostgreSQL documentation, COPY, "Parameters"). All defaults must be filled in.
type Options struct {
	Format        Format
	Delimiter     byte // text and csv
	Quote, Escape byte // csv
	Null          string
	Default       string // stands for the column's default, if HasDefault
	HasDefault    bool
	Header        Header
	// CSVMarker is set for servers before PostgreSQL 18, to which a line \. ends data in csv, too.
	CSVMarker bool
	Columns   []string // their names, in the order of the data
}

// Defaults returns the options of a COPY that names nothing but its format and its columns.
func Defaults(f Format, columns []string) Options {
	o := Options{Format: f, Columns: columns}
	switch f {
	case Text:
		o.Delimiter, o.Null = '\t', `\N`
	case CSV:
		o.Delimiter, o.Quote, o.Escape = ',', '"', '"'
	}
	return o
}

// Error says what is wrong with the data, in the server's words where it has any.
type Error struct {
	Code    string // SQLSTATE
	Message string
}

func (e *Error) Error() string { return e.Message }

// SQLSTATEs (PostgreSQL documentation, appendix A).
const (
	codeBadFormat = "22P04" // bad_copy_file_format
	codeEncoding  = "22021" // character_not_in_repertoire
	codeTooLarge  = "54000" // program_limit_exceeded
)

var (
	errExtra       = &Error{codeBadFormat, "extra data after last expected column"}
	errReturn      = &Error{codeBadFormat, "literal carriage return found in data"}
	errNewline     = &Error{codeBadFormat, "literal newline found in data"}
	errOpenQuote   = &Error{codeBadFormat, "unterminated CSV quoted field"}
	errMarker      = &Error{codeBadFormat, "end-of-copy marker is not alone on its line"}
	errBackslash   = &Error{codeBadFormat, "the data ends with a backslash"}
	errZero        = &Error{codeEncoding, `invalid byte sequence for encoding "UTF8": 0x00`}
	errTooLong     = &Error{codeTooLarge, "a row of COPY data is over the proxy's limit"}
	errSignature   = &Error{codeBadFormat, "COPY file signature not recognized"}
	errOids        = &Error{codeBadFormat, "invalid COPY file header (WITH OIDS)"}
	errFlags       = &Error{codeBadFormat, "unrecognized critical flags in COPY file header"}
	errExtension   = &Error{codeBadFormat, "invalid COPY file header (wrong length)"}
	errFieldSize   = &Error{codeBadFormat, "invalid field size"}
	errFieldCount  = &Error{codeBadFormat, "row field count is not the number of columns"}
	errUnexpected  = &Error{codeBadFormat, "unexpected EOF in COPY data"}
	errAfterMarker = &Error{codeBadFormat, "received copy data after EOF marker"}
	errHeaderCount = &Error{codeBadFormat, "wrong number of fields in header line"}
	errHeaderNames = &Error{codeBadFormat, "column name mismatch in header line"}
	errForeignRow  = &Error{codeBadFormat, "the server sent a row that is not in the format of the COPY"}
)
