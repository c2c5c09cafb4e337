package pgsql

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/sqlc-dev/oliphant/ast"
	"github.com/sqlc-dev/oliphant/parser"
)

// parse turns a text that passed the guard into PostgreSQL's raw parse tree. All knowledge of which parser that is stays
// in this file, but for the tree's types, which are libpg_query's.
//
// A text that the parser does not accept is refused, not passed on: that the server rejects it too is likely, not certain.
func parse(text string) ([]*ast.RawStmt, *Refusal) {
	if !utf8.ValidString(text) {
		return nil, &Refusal{Code: codeEncoding, Position: -1,
			Message: "statement that may name a protected table is not valid UTF-8",
			Hint:    "Set client_encoding to UTF8."}
	}
	tree, err := parser.ParseToTree(text)
	if err == nil {
		return tree.GetStmts(), nil
	}
	r := &Refusal{Code: codeSyntax, Message: "syntax error", Position: -1, Hint: hintSyntax}
	var pe *parser.Error
	if errors.As(err, &pe) {
		r.Message = withoutQuotes(pe.Message)
		r.Position = byteOffset(text, pe.Cursorpos)
	}
	return nil, r
}

// withoutQuotes cuts a parser's message where it begins to quote the statement: what it quotes may be a literal.
func withoutQuotes(message string) string {
	message, _, _ = strings.Cut(message, " at or near")
	if strings.ContainsAny(message, "\"'") {
		return "syntax error"
	}
	return message
}

// byteOffset turns the parser's position, in characters from 1, into an offset in bytes; -1 if there is none.
func byteOffset(text string, position int) int {
	if position <= 0 {
		return -1
	}
	for i := range text {
		if position--; position == 0 {
			return i
		}
	}
	return len(text)
}
