package pgproxy

import "github.com/keyaside/keyaside/proxy/pgsql"

// A COPY FROM STDIN that is refused must not simply fail: psql, which restores dumps, then takes the rows that stand
// behind it in the script for statements and sends them, and the server, to which they are syntax errors, writes them
// into its log. So the refused COPY goes on as the client expects: it is asked for the rows, which are thrown away, and is
// told of the refusal when it has sent the last one. The server gets an empty query in place of the COPY, whose answer
// becomes the request for rows, and at the end the statement that must fail.

// refuseCopy begins the refusal of a COPY FROM STDIN.
func (m *machine) refuseCopy(reason *Error, out *output) {
	m.push(pending{request: reqQuery, asksForRows: true})
	appendQuery(out, "")
	m.client.copying = reason
}

// refusedRows throws the client's message away. The one that ends the rows (any other than data, Flush and Sync does, see
// CopyGetData in the server's copyfromparse.c) lets the server fail.
func (m *machine) refusedRows(typ byte, in []byte, size int, out *output) int {
	c := &m.client
	if typ != 'd' && typ != 'H' && typ != 'S' {
		m.push(pending{request: reqQuery, refusal: c.copying})
		appendQuery(out, refusedText)
		c.copying = nil
	}
	return discard(in, size, &c.drop)
}

// askForRows turns the answer to the empty query into CopyInResponse: text, and no number of columns, since there is no
// table to have them.
func (m *machine) askForRows(first *pending, out *output) {
	m.answered(first)
	out.buf = append(out.own(), 'G', 0, 0, 0, 7, 0, 0, 0)
}

// asCopyIn marks the reason for which a planned text is refused, if its client is going to send rows.
func asCopyIn(reason *Error, plan *pgsql.Plan) *Error {
	if len(plan.Statements) == 0 || !plan.Statements[0].CopyIn {
		return reason
	}
	marked := *reason
	marked.copyIn = true
	return &marked
}
