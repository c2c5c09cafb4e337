package pgvalue

// SQLSTATE codes (PostgreSQL documentation, appendix A) of the errors that this package raises.
const (
	codeProtocolViolation  = "08P01" // a binary value ends too early
	codeFeatureUnsupported = "0A000"
	codeTooLong            = "22001"
	codeOutOfRange         = "22003"
	codeDateFormat         = "22007"
	codeDateOverflow       = "22008"
	codeZoneDisplacement   = "22009"
	codeNotInRepertoire    = "22021"
	codeInvalidParameter   = "22023" // bytea's hex form
	codeInvalidText        = "22P02"
	codeInvalidBinary      = "22P03"
	codeUntranslatable     = "22P05" // \u0000 in jsonb
	codeDatatypeMismatch   = "42804"
	codeNameTooLong        = "42622"
	codeLimitExceeded      = "54000"
	codeTooComplex         = "54001"
	codeInternal           = "XX000"
	codeDataCorrupted      = "XX001"
)

// Error is a refused value, as the server would report it. Message never contains the value.
type Error struct {
	Code    string // SQLSTATE, 5 characters
	Message string
	// Late is set for what the server finds out when it runs the statement, not when it reads it: its error then has no
	// position.
	Late bool
}

func (e *Error) Error() string { return e.Message + " (SQLSTATE " + e.Code + ")" }

func errInvalidText(t string) error {
	return &Error{Code: codeInvalidText, Message: "invalid input syntax for type " + t}
}

// errRange is for a value that was read as another type before.
func errRange(t string) error {
	return &Error{Code: codeOutOfRange, Message: t + " out of range", Late: true}
}

func errMismatch(t Type) error {
	return &Error{Code: codeDatatypeMismatch, Message: "a value of the declared type cannot be stored in a column of type " +
		t.String() + "; declare " + t.String() + " or leave the parameter's type open"}
}

var (
	errEncoding     = &Error{Code: codeNotInRepertoire, Message: `invalid byte sequence for encoding "UTF8"`}
	errShortBinary  = &Error{Code: codeProtocolViolation, Message: "insufficient data left in message"}
	errLongBinary   = &Error{Code: codeInvalidBinary, Message: "incorrect binary data format in bind parameter"}
	errInt8Range    = &Error{Code: codeOutOfRange, Message: "bigint out of range", Late: true}
	errDateFormat   = &Error{Code: codeDateFormat, Message: "invalid input syntax for type date"}
	errDateOpen     = &Error{Code: codeDateFormat, Message: "the order of day, month and year in the date is open; write YYYY-MM-DD"}
	errDateField    = &Error{Code: codeDateOverflow, Message: "date/time field value out of range"}
	errDateRange    = &Error{Code: codeDateOverflow, Message: "date out of range"}
	errUnknownType  = &Error{Code: codeInternal, Message: "the field has no logical type"}
	errBadFormat    = &Error{Code: codeInvalidParameter, Message: "unsupported format code; use 0 (text) or 1 (binary)"}
	errZoneTooLarge = &Error{Code: codeZoneDisplacement, Message: "time zone displacement out of range"}
)
