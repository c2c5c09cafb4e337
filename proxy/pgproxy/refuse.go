package pgproxy

import (
	"errors"
	"fmt"

	"github.com/jackc/pgproto3/v2"

	"github.com/keyaside/keyaside/fieldcrypt"
	"github.com/keyaside/keyaside/proxy/pgsql"
	"github.com/keyaside/keyaside/proxy/pgvalue"
)

// SQLSTATEs that the proxy raises itself (PostgreSQL documentation, appendix A).
const (
	codeProtocolViolation  = "08P01"
	codeConnectionFailure  = "08006"
	codeNotSupported       = "0A000"
	codeFailedTransaction  = "25P02"
	codeNoPrivilege        = "42501"
	codeQueryCanceled      = "57014"
	codeTooManyConnections = "53300"
	codeLimitExceeded      = "54000"
	codeAdminShutdown      = "57P01"
	codeCannotConnectNow   = "57P03"
	codeSystemError        = "58000"
	codeDataCorrupted      = "XX001"
	codeInvalidParameter   = "22023"
	codeStaleCatalog       = "40001" // serialization_failure: drivers and ORMs know to try again
)

// Error is an error that the proxy raises towards the client. None of its texts holds a value of the data.
type Error struct {
	Code     string // SQLSTATE
	Message  string
	Detail   string
	Hint     string
	copyIn   bool   // the client may send rows, since what was refused is a COPY FROM STDIN
	shown    []byte // the whole ErrorResponse, if it is not one of the proxy's own
	Position int    // in characters of the client's text, counted from 1; 0 if it is not known, noPosition if there is none
}

// noPosition is the position of an error that the server would raise without one.
const noPosition = -1

func (e *Error) Error() string { return e.Message + " (SQLSTATE " + e.Code + ")" }

// append appends the ErrorResponse to dst. The severity is ERROR, or FATAL if the connection ends with it.
func (e *Error) append(dst []byte, severity string) []byte {
	if e.shown != nil {
		return append(dst, e.shown...)
	}
	msg := pgproto3.ErrorResponse{
		Severity: severity, SeverityUnlocalized: severity,
		Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint,
		Position: int32(max(e.Position, 0)), Routine: "keyaside",
	}
	out, err := msg.Encode(dst)
	if err != nil { // only for a message over 1 GiB
		return dst
	}
	return out
}

// refusalError turns the planner's refusal of text into an error with the position that drivers show.
func refusalError(r *pgsql.Refusal, text []byte) *Error {
	return &Error{
		Code: r.Code, Message: r.Message, Detail: r.Detail, Hint: r.Hint, copyIn: r.CopyIn,
		Position: characterPosition(text, r.Position),
	}
}

// sealError says why a value for the column could not be sealed.
func sealError(c *pgsql.Column, err error) *Error {
	var invalid *pgvalue.Error
	if errors.As(err, &invalid) {
		refusal := &Error{Code: invalid.Code, Message: fmt.Sprintf("protected column %q: %s", c.Name, invalid.Message)}
		if invalid.Late {
			refusal.Position = noPosition
		}
		return refusal
	}
	e := keyError(err)
	e.Message = fmt.Sprintf("protected column %q: %s", c.Name, e.Message)
	return e
}

// openError says why a value of the column could not be opened.
func openError(c *pgsql.Column, err error) *Error {
	var own *Error
	var unfit *pgvalue.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &unfit): // it opened, but is no value of the field's type
		return &Error{Code: unfit.Code, Message: fmt.Sprintf("protected column %q: %s", c.Name, unfit.Message)}
	}
	e := keyError(err)
	e.Message = fmt.Sprintf("protected column %q: %s", c.Name, e.Message)
	return e
}

func keyError(err error) *Error {
	switch {
	case errors.Is(err, fieldcrypt.ErrNotEnvelope):
		return &Error{Code: codeDataCorrupted, Message: "the stored value is not an envelope",
			Hint: "The value was written around the proxy. Write it again through the proxy."}
	case errors.Is(err, fieldcrypt.ErrVersion):
		return &Error{Code: codeDataCorrupted, Message: "the stored value has an envelope version that this proxy does not know",
			Hint: "Upgrade the proxy."}
	case errors.Is(err, fieldcrypt.ErrTampered):
		return &Error{Code: codeDataCorrupted, Message: "the stored value does not open",
			Detail: "It was altered, or was sealed for another tenant or field."}
	case errors.Is(err, fieldcrypt.ErrNoKey):
		return &Error{Code: codeSystemError, Message: "there is no data key for this value",
			Hint: "Create the tenant's key with \"keyaside keys create\", or look for its state with \"keyaside keys list\"."}
	case errors.Is(err, fieldcrypt.ErrKeyUnusable):
		return &Error{Code: codeSystemError, Message: "the data key may not be used in its present state",
			Hint: "See the key's state with \"keyaside keys show\"."}
	}
	return &Error{Code: codeSystemError, Message: "the key service is unavailable", Hint: "See the proxy's log; try again."}
}
