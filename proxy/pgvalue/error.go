package pgvalue

// SQLSTATE codes (PostgreSQL documentation, appendix A) of the errors that this package raises.
const (
	codeProtocolViolation  = "08P01" // a binary value ends too early
	codeFeatureUnsupported = "0A000"
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
}

func (e *Error) Error() string { return e.Message + " (SQLSTATE " + e.Code + ")" }

func errInvalidText(t string) error {
	return &Error{codeInvalidText, "invalid input syntax for type " + t}
}

func errRange(t string) error { return &Error{codeOutOfRange, t + " out of range"} }

func errMismatch(t Type) error {
	return &Error{codeDatatypeMismatch, "a value of the declared type cannot be stored in a column of type " +
		t.String() + "; declare " + t.String() + " or leave the parameter's type open"}
}

var (
	errEncoding     = &Error{codeNotInRepertoire, `invalid byte sequence for encoding "UTF8"`}
	errShortBinary  = &Error{codeProtocolViolation, "insufficient data left in message"}
	errLongBinary   = &Error{codeInvalidBinary, "incorrect binary data format in bind parameter"}
	errInt8Range    = &Error{codeOutOfRange, "bigint out of range"}
	errDateFormat   = &Error{codeDateFormat, "invalid input syntax for type date"}
	errDateOpen     = &Error{codeDateFormat, "the order of day, month and year in the date is open; write YYYY-MM-DD"}
	errDateField    = &Error{codeDateOverflow, "date/time field value out of range"}
	errDateRange    = &Error{codeDateOverflow, "date out of range"}
	errUnknownType  = &Error{codeInternal, "the field has no logical type"}
	errBadFormat    = &Error{codeInvalidParameter, "unsupported format code; use 0 (text) or 1 (binary)"}
	errZoneTooLarge = &Error{codeZoneDisplacement, "time zone displacement out of range"}
)
