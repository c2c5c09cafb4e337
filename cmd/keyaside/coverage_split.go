package main

import (
	"regexp"
	"strings"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// sourceStatement is a statement of an application, as a file or the server's statistics have it.
type sourceStatement struct {
	text  string
	line  int    // of a file, from 1; 0 without one
	calls uint64 // how often it was run: 1 for each time that it stands in a file
}

// script is a file of statements as psql reads it.
type script struct {
	statements []sourceStatement
	commands   int // of psql, which are skipped
	copyLines  int // of data behind COPY … FROM STDIN, which are skipped
}

// copyFromStdin is the beginning of a statement behind which psql reads data.
var copyFromStdin = regexp.MustCompile(`(?is)\A(?:\s|--[^\n]*\n|/\*.*?\*/)*copy\b.*\bfrom\s+stdin\b`)

// readScript splits a file into statements.
func readScript(text string) *script {
	s := &script{}
	line := 1
	advance := func(n int) {
		line += strings.Count(text[:n], "\n")
		text = text[n:]
	}
	for text != "" {
		switch blanks := blankLength(text); {
		case blanks > 0:
			advance(blanks)
		case text[0] == '\\':
			s.commands++
			advance(lineEnd(text))
		default:
			n := pgsql.StatementEnd(text)
			if n == 0 {
				return s // nothing but an open comment
			}
			if one := strings.TrimRight(text[:n], "; \t\r\n"); one != "" {
				s.statements = append(s.statements, sourceStatement{one, line, 1})
			}
			isCopy := copyFromStdin.MatchString(text[:n])
			advance(n)
			if isCopy {
				advance(lineEnd(text)) // what else stands in the line
				advance(s.copyData(text))
			}
		}
	}
	return s
}

// blankLength is the length of white space and of comments in lines of their own that a text begins with.
func blankLength(text string) int {
	n := len(text) - len(strings.TrimLeft(text, " \t\r\n\v\f\ufeff"))
	for strings.HasPrefix(text[n:], "--") {
		n += lineEnd(text[n:])
	}
	return n
}

// lineEnd is the length of the first line, with its end.
func lineEnd(text string) int {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return i + 1
	}
	return len(text)
}

// copyData is the length of the data that a text begins with, up to the line \. and with it.
func (s *script) copyData(text string) int {
	n := 0
	for n < len(text) {
		end := n + lineEnd(text[n:])
		line := strings.TrimRight(text[n:end], "\r\n")
		n = end
		if line == `\.` {
			break
		}
		s.copyLines++
	}
	return n
}
