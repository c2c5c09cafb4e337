package pgsql

import "fmt"

// SQLSTATEs of refusals (PostgreSQL documentation, appendix A).
const (
	codeUnsupported = "0A000" // feature_not_supported: the proxy cannot prove it safe
	codeSyntax      = "42601" // syntax_error
	codeNoColumn    = "42703" // undefined_column
	codeNoTable     = "42P01" // undefined_table
	codeAmbiguous   = "42P09" // ambiguous_alias: the nearest to an ambiguous table name
	codeNoStatement = "26000" // invalid_sql_statement_name
	codeGenerated   = "428C9" // generated_always
	codeMismatch    = "42804" // datatype_mismatch
	codeEncoding    = "22021" // character_not_in_repertoire
	codeInvalid     = "22023" // invalid_parameter_value
	codeTooLarge    = "54000" // program_limit_exceeded
	codeTooComplex  = "54001" // statement_too_complex
	codeInternal    = "XX000" // internal_error
)

const hintSyntax = "The statement may name a protected table, so it is not passed on unless it can be read."

const hintFresh = "If it was created just now, commit and retry."

// refused carries a refusal up from the depth of a statement to planText, which recovers it. The walk has no partial
// results, so a panic that never leaves the package reads better here than a result to check after each call.
type refused struct{ *Refusal }

func refuse(at int, code, hint, format string, args ...any) {
	panic(refused{&Refusal{Code: code, Message: fmt.Sprintf(format, args...), Hint: hint, Position: at}})
}

// refuseUse refuses a protected column in a place where only its ciphertext could be used. An unknown offset, -1, is
// replaced by that of the select list's entry.
func refuseUse(c *column, at int, use, hint string) {
	if at < 0 {
		at = int(c.at) - 1
	}
	refuse(at, codeUnsupported, hint, "protected column %s cannot be used in %s", c.qualified(), use)
}
