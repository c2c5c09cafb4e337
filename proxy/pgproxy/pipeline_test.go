package pgproxy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// Pipelines are sent message by message to the proxy, before tables with protected columns, and to a server whose tables
// have the logical types. The answers are the same messages in the same order. A pipeline is written as one word per
// message, with | between its parts:
//
//	P|statement|text    B|portal|statement|value…    D|S or P|name    E|portal|rows    C|S or P|name    S    H
//	Q|text              d|data  c  f|reason
//
// REFUSED in a text stands for a statement that the proxy refuses and, on the other server, for a syntax error; && for
// a semicolon between a query's statements.

const pipelineTables = `create table customers (id int primary key, tenant_id text, email %s); create table plain (id int, a text)`

// rawSession is a session without a driver.
type rawSession struct {
	t       testing.TB
	c       net.Conn
	refused string
}

func openRaw(t testing.TB, address, user, database, refused string) *rawSession {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	r := &rawSession{t, c, refused}
	r.write(rawStartup("user", user, "database", database))
	r.await("Z")
	return r
}

func (r *rawSession) write(b []byte) {
	r.t.Helper()
	_ = r.c.SetDeadline(time.Now().Add(3 * time.Second))
	if _, err := r.c.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

// encode makes the message that a word of a pipeline stands for.
func (r *rawSession) encode(word string) []byte {
	parts := strings.Split(strings.NewReplacer("REFUSED", r.refused, "&&", ";").Replace(word), "|")
	arg := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	switch typ := parts[0][0]; typ {
	case 'P':
		return message(typ, arg(1)+"\x00"+arg(2)+"\x00\x00\x00")
	case 'B':
		body := arg(1) + "\x00" + arg(2) + "\x00\x00\x00"
		values := parts[min(3, len(parts)):]
		body += string(binary.BigEndian.AppendUint16(nil, uint16(len(values))))
		for _, v := range values {
			if v == "NULL" {
				body += "\xff\xff\xff\xff"
				continue
			}
			body += string(binary.BigEndian.AppendUint32(nil, uint32(len(v)))) + v
		}
		return message(typ, body+"\x00\x00")
	case 'D', 'C':
		return message(typ, arg(1)+arg(2)+"\x00")
	case 'E':
		rows, _ := strconv.Atoi(arg(2))
		return message(typ, arg(1)+"\x00"+string(binary.BigEndian.AppendUint32(nil, uint32(rows))))
	case 'Q', 'f':
		return message(typ, arg(1)+"\x00")
	default:
		return message(typ, arg(1))
	}
}

// run sends a whole pipeline at once and returns the answers up to that of a last query of its own.
func (r *rawSession) run(pipeline []string) []string {
	r.t.Helper()
	var b []byte
	for _, word := range pipeline {
		b = append(b, r.encode(word)...)
	}
	r.write(append(b, message('Q', "rollback; select 'the end'\x00")...))
	return r.await(`D "the end"`, "C SELECT 1", "Z I")
}

// await reads answers until the last ones are as given.
func (r *rawSession) await(last ...string) []string {
	r.t.Helper()
	var got []string
	for {
		if n := len(got) - len(last); n >= 0 && slices.EqualFunc(got[n:], last, strings.HasPrefix) {
			return got
		}
		s, err := r.answer()
		if err != nil {
			return append(got, "no answer: "+err.Error())
		}
		if s != "" {
			got = append(got, s)
		}
	}
}

// answer reads a message and puts it in words; empty for those that may come at any time.
func (r *rawSession) answer() (string, error) {
	var header [5]byte
	if _, err := io.ReadFull(r.c, header[:]); err != nil {
		return "", err
	}
	body := make([]byte, binary.BigEndian.Uint32(header[1:])-4)
	if _, err := io.ReadFull(r.c, body); err != nil {
		return "", err
	}
	return inWords(header[0], body), nil
}

func inWords(typ byte, body []byte) string {
	switch typ {
	case 'N', 'S', 'A', 'K', 'R':
		return ""
	case 'E':
		return "E " + errorInWords(body)
	case 'D':
		return "D " + rowInWords(body)
	case 'T':
		return "T " + fieldsInWords(body)
	case 'C', 'Z':
		return string(typ) + " " + strings.TrimSuffix(string(body), "\x00")
	default:
		return fmt.Sprintf("%c %x", typ, body)
	}
}

func errorInWords(body []byte) string {
	code, routine := "", ""
	for len(body) > 1 {
		value, rest, _ := bytes.Cut(body[1:], []byte{0})
		switch body[0] {
		case 'C':
			code = string(value)
		case 'R':
			routine = string(value)
		}
		body = rest
	}
	if routine == "keyaside" && code == codeNotSupported {
		return "42601" // what the other server says instead
	}
	return code
}

func rowInWords(body []byte) string {
	var values []string
	for rest := body[2:]; len(rest) >= 4; {
		n := int32(binary.BigEndian.Uint32(rest))
		rest = rest[4:]
		if n < 0 {
			values = append(values, "NULL")
			continue
		}
		values = append(values, strconv.Quote(string(rest[:n])))
		rest = rest[n:]
	}
	return strings.Join(values, " ")
}

func fieldsInWords(body []byte) string {
	var fields []string
	for rest := body[2:]; len(rest) > 0; {
		name, tail, _ := bytes.Cut(rest, []byte{0})
		fields = append(fields, fmt.Sprintf("%s:%d", name, binary.BigEndian.Uint32(tail[6:])))
		rest = tail[18:]
	}
	return strings.Join(fields, " ")
}

// pipelineTwins are a session through the proxy and one on the other server.
type pipelineTwins struct {
	stack            *stack
	recorder         *recorder
	protected, plain *rawSession
}

func newPipelineTwins(t testing.TB) *pipelineTwins {
	t.Helper()
	s := newBareStack(t)
	s.keys.rotate(t, "acme", 1)
	p := &pipelineTwins{stack: s, recorder: recordedStack(t, s)}
	twin := s.pg.NewDatabase(t)
	direct := fmt.Sprintf("%s:%d", s.pg.Host, s.pg.Port)
	s.direct(t).exec(fmt.Sprintf(pipelineTables, "bytea"))
	p.plain = openRaw(t, direct, s.pg.User, twin, "refused")
	p.plain.run([]string{"Q|" + fmt.Sprintf(pipelineTables, "text")})
	policy := protectedPolicy()
	policy.Tables[0].Columns = policy.Tables[0].Columns[:1]
	s.start(t, policy, Limits{})
	p.protected = openRaw(t, s.address, s.pg.User, s.database, "select lower(email) from customers")
	return p
}

// check runs a pipeline on both sides, and compares the answers and what the tables then hold.
func (p *pipelineTwins) check(t *testing.T, pipeline []string) {
	t.Helper()
	if diff := p.differ(t, pipeline); diff != "" {
		t.Errorf("%s\n%s", strings.Join(pipeline, "\n"), diff)
	}
}

func (p *pipelineTwins) differ(t *testing.T, pipeline []string) string {
	t.Helper()
	p.protected.t, p.plain.t = t, t
	if diff := gocmp.Diff(p.plain.run(pipeline), p.protected.run(pipeline)); diff != "" {
		return "answers differ:\n" + diff
	}
	look := []string{"Q|select * from customers order by id", "Q|select * from plain order by id, a"}
	if diff := gocmp.Diff(p.plain.run(look), p.protected.run(look)); diff != "" {
		return "tables differ:\n" + diff
	}
	return ""
}

// minimise leaves out of a pipeline that gives different answers what does not matter to that.
func minimise(t *testing.T, pipeline []string) []string {
	for i := 0; i < len(pipeline)-1; { // a last Sync stays, or the servers would wait for it
		shorter := slices.Delete(slices.Clone(pipeline), i, i+1)
		if newPipelineTwins(t).differ(t, shorter) != "" {
			pipeline = shorter
		} else {
			i++
		}
	}
	return pipeline
}

func (p *pipelineTwins) reset() {
	for _, r := range []*rawSession{p.plain, p.protected} {
		r.run([]string{"Q|discard all", "Q|delete from customers", "Q|delete from plain"})
	}
}

const (
	insertBoth = "insert into customers (id, tenant_id, email) values ($1, 'acme', $2) returning email"
	selectBoth = "select id, email from customers where id >= $1 order by id"
	insertThis = "insert into plain values ($1, $2)"
)

// pipelines are attacks on the proxy's knowledge of which answer belongs to what, and of what is prepared.
var pipelines = map[string]string{
	"all goes well": `P||` + insertBoth + `;B|||1|marker 1;E|;P||` + selectBoth + `;B|||0;D|P|;E|;S`,
	"a refused statement between two that are fine":                               `P||` + insertBoth + `;B|||1|marker;E|;P||REFUSED;B|||x;D|P|;E|;P||select 3;B|;E|;S;P||select 4;B|;E|;S`,
	"a failing statement between two that are fine":                               `P||` + insertBoth + `;B|||1|marker;E|;P||select 1/0;B|;E|;P||select 3;B|;E|;S;P||select 4;B|;E|;S`,
	"refused, then Sync at once":                                                  `P|s|REFUSED;S;P|s|select 1;B||s;E|;S`,
	"refused, then refused":                                                       `P|s|REFUSED;P|s|REFUSED;S;P|s|REFUSED;S;Q|REFUSED;Q|select 1`,
	"refused in a transaction block":                                              `Q|begin;P||` + insertBoth + `;B|||1|marker;E|;S;P||REFUSED;S;P||select 1;B|;E|;S;Q|commit;Q|select count(*) from customers`,
	"refused while the transaction is aborted already":                            `Q|begin;Q|select 1/0;P||REFUSED;S;Q|REFUSED;Q|rollback`,
	"a Query in the middle of a pipeline":                                         `P|s|` + insertBoth + `;B||s|1|marker;E|;Q|select 1;B||s|2|marker;E|;S`,
	"a refused Query in the middle of a pipeline":                                 `P|s|` + insertBoth + `;B||s|1|marker;E|;Q|REFUSED;B||s|2|marker;E|;S`,
	"a Query after an error and before its Sync":                                  `P||REFUSED;Q|select 1;S;Q|select 2`,
	"Bind after a statement was closed":                                           `P|s|` + insertBoth + `;C|S|s;B||s|1|a value;E|;S`,
	"Bind and Execute after a portal was closed":                                  `P|s|` + selectBoth + `;B|p|s|0;C|P|p;E|p;S`,
	"Close of what there is not":                                                  `C|S|nothing;C|P|nothing;S`,
	"Close in the middle":                                                         `P|s|` + insertBoth + `;B|p|s|1|marker 1;C|S|s;E|p;P|s|` + selectBoth + `;B||s|0;E|;S`,
	"a name prepared twice":                                                       `P|s|` + insertBoth + `;P|s|select 1;B||s;E|;S;B||s|1|marker;E|;S`,
	"a name prepared again after Close":                                           `P|s|` + insertBoth + `;C|S|s;P|s|select $1::text || $2;B||s|1|x;E|;S;C|S|s;P|s|` + insertBoth + `;B||s|1|marker;E|;S`,
	"the unnamed statement prepared again":                                        `P||` + insertBoth + `;P||select $1::text || $2;B|||1|x;E|;P||` + insertBoth + `;B|||1|marker;E|;S`,
	"the unnamed statement bound twice":                                           `P||` + insertBoth + `;B|||1|marker 1;E|;B|||2|marker 2;E|;S;B|||3|marker 3;E|;S`,
	"the unnamed statement after one that was refused":                            `P||` + insertBoth + `;S;P||REFUSED;S;B|||1|marker;E|;S`,
	"the unnamed statement after a simple query":                                  `P||` + insertBoth + `;S;Q|select 1;B|||1|marker;E|;S`,
	"a duplicate name that fails, and Bind behind Sync before the error is known": `P|s|` + insertBoth + `;S;P|s|` + insertThis + `;S;B||s|1|marker;E|;S`,
	"an unprotected duplicate that fails, and Bind behind Sync":                   `P|s|` + insertThis + `;S;P|s|` + insertBoth + `;S;B||s|1|not protected;E|;S`,
	"a Parse that is skipped, and Bind behind Sync":                               `P|s|` + insertBoth + `;S;P|x|select 1/;C|S|s;P|s|` + insertThis + `;S;B||s|1|marker;E|;S`,
	"a portal whose Bind is skipped, and Execute behind Sync":                     `Q|begin;P|s|` + selectBoth + `;B|p|s|0;S;Q|savepoint a;Q|rollback to a;E|p;S;Q|commit`,
	"Execute twice":                                `P||` + insertBoth + `;B|||1|marker;E|;E|;S`,
	"Execute twice of a query":                     `Q|insert into customers values (1, 'acme', 'marker');P||` + selectBoth + `;B|||0;E|;E|;S`,
	"a row limit":                                  `Q|insert into customers values (1, 'acme', 'marker 1'), (2, 'acme', 'marker 2'), (3, 'acme', 'marker 3');P||` + selectBoth + `;B|||0;E||1;E||1;D|P|;E||5;E||1;S`,
	"a row limit over Syncs":                       `Q|insert into customers values (1, 'acme', 'marker 1'), (2, 'acme', 'marker 2'), (3, 'acme', 'marker 3');Q|begin;P||` + selectBoth + `;B|p||0;E|p|1;S;E|p|1;S;Q|select 1;E|p|1;S;E|p;S;Q|commit;E|p;S`,
	"a portal after the transaction":               `P|s|` + selectBoth + `;B|p|s|0;S;E|p;S`,
	"Flush after each message":                     `P|s|` + insertBoth + `;H;B||s|1|marker;H;D|P|;H;E|;H;S;H;P||` + selectBoth + `;H;B|||0;H;E|;H;S`,
	"Flush after a refusal":                        `P|s|REFUSED;H;B||s|1;H;S`,
	"Describe of a refused statement":              `P|s|REFUSED;D|S|s;S;D|S|s;S`,
	"Describe of each kind":                        `P|s|` + insertBoth + `;D|S|s;B|p|s|1|marker;D|P|p;E|p;S;D|S|s;S;D|P|p;S`,
	"Describe of nothing":                          `D|S|nothing;S;D|P|nothing;S`,
	"too few parameters":                           `P|s|` + insertBoth + `;B||s|1;E|;S;B||s|1|marker;E|;S`,
	"too many parameters":                          `P|s|` + insertBoth + `;B||s|1|marker|x;E|;S`,
	"no parameters":                                `P|s|` + insertBoth + `;B||s;E|;S`,
	"NULL for a protected parameter":               `P|s|` + insertBoth + `;B||s|1|NULL;E|;S`,
	"a protected value twice over":                 `P|s|` + insertBoth + `;B||s|1|marker;E|;B||s|1|marker;E|;S`,
	"DEALLOCATE and the name again":                `P|s|` + insertBoth + `;S;Q|deallocate s;P|s|` + insertThis + `;B||s|1|not protected;E|;S`,
	"DEALLOCATE in a pipeline":                     `P|s|` + insertBoth + `;P||deallocate s;B|;E|;P|s|` + insertThis + `;B||s|1|not protected;E|;S;B||s|2|not protected;E|;S`,
	"DEALLOCATE ALL and Bind at once":              `P|s|` + insertBoth + `;S;Q|deallocate all;B||s|1|a value;E|;S;P|s|` + selectBoth + `;B||s|0;E|;S`,
	"DISCARD ALL and the names again":              `P|s|` + insertBoth + `;S;Q|discard all;P|s|` + insertThis + `;B||s|1|not protected;E|;S;Q|discard all;P|s|` + insertBoth + `;B||s|1|marker;E|;S`,
	"DEALLOCATE that fails":                        `P|s|` + insertBoth + `;S;Q|deallocate x;B||s|1|marker;E|;S`,
	"DEALLOCATE in a failed transaction":           `P|s|` + insertBoth + `;S;Q|begin;Q|deallocate s;Q|rollback;B||s|1|a value;E|;S`,
	"a statement of SQL used through the protocol": `Q|prepare s (int, text) as insert into plain values ($1, $2);B||s|1|not protected;E|;S`,
	"a statement of the protocol used through SQL": `P|s|select id from customers where id > $1;S;Q|execute s(0);S`,
	// To a name that is not prepared anything may be bound: the server refuses it.
	"EXECUTE of a protected insert":                          `P|s|` + insertBoth + `;S;Q|begin;Q|execute s(1, 'marker');Q|commit`,
	"COPY data behind a refused query":                       `Q|REFUSED;d|1` + "\t" + `marker;c;Q|select 1`,
	"COPY with Syncs among the data":                         `P||copy plain from stdin;B|;E|;S;d|1` + "\t" + `y;S;c;S;Q|select 1`,
	"a skipped statement that is prepared again behind Sync": `P||select 1/;P||` + insertBoth + `;S;P||` + insertBoth + `;S;B|||1|marker;E|;S`,
	"EXECUTE of SQL's statement, and Bind of it":             `Q|prepare s (int, text) as ` + insertBoth + `;Q|execute s (1, 'marker');P||execute s (2, 'marker');B|;D|P|;E|;S;D|S|s;B||s|3|marker;D|P|;E|;S;Q|select * from customers order by id`,
	"PREPARE in a pipeline with what uses it":                `P||prepare s as ` + insertBoth + `;B|;E|;B||s|1|marker;E|;P||execute s (2, 'marker');B|;E|;S;B||s|3|marker;E|;S`,
	"PREPARE that fails and its name":                        `P|s|` + insertThis + `;S;Q|prepare s as ` + insertBoth + `;B||s|1|not protected;E|;S;Q|execute s (2, 'not protected')`,
	"PREPARE behind an error":                                `P||select 1/;P||prepare s as ` + insertBoth + `;B|;E|;S;P|s|` + insertThis + `;B||s|1|not protected;E|;S`,
	"PREPARE in a failed transaction":                        `Q|begin;Q|select 1/0;Q|prepare s as ` + insertBoth + `;Q|rollback;P|s|` + insertThis + `;B||s|1|not protected;E|;S`,
	"PREPARE in a transaction that is rolled back":           `Q|begin;Q|prepare s as ` + insertBoth + `;Q|rollback;Q|execute s (1, 'marker');B||s|2|marker;E|;S`,
	"Close of SQL's statement and the name again":            `Q|prepare s as ` + insertBoth + `;C|S|s;S;Q|execute s (1, 'a value');P|s|` + insertThis + `;B||s|1|not protected;E|;S;Q|execute s (2, 'not protected')`,
	"Close that is skipped, and EXECUTE at once":             `P|s|` + insertBoth + `;S;P||select 1/;C|S|s;S;Q|execute s (1, 'marker')`,
	"a statement dropped and prepared anew in one query":     `P|s|` + insertBoth + `;S;Q|deallocate s && prepare s as ` + insertThis + ` && execute s (1, 'not protected');B||s|2|not protected;E|;S`,
	"DEALLOCATE of SQL's statement by the protocol":          `Q|prepare s as ` + insertBoth + `;P||deallocate s;B|;E|;P|s|` + insertThis + `;B||s|1|not protected;E|;S;Q|execute s (2, 'not protected')`,
	"PREPARE and DEALLOCATE in one query":                    `Q|prepare s as ` + insertBoth + ` && execute s (1, 'marker') && deallocate s;Q|prepare s as ` + insertThis + `;Q|execute s (1, 'not protected')`,
	"EXECUTE and the same again":                             `Q|prepare s as ` + selectBoth + `;P|e|execute s (0);S;B||e;E|;S;B||e;D|P|;E|;S`,
	"EXECUTE with values of the protocol":                    `Q|prepare s as ` + insertBoth + `;P||execute s (1, null);B|||1|2;E|;S`,
	"a cursor of SQL through the protocol":                   `Q|insert into customers values (1, 'acme', 'marker 1'), (2, 'acme', 'marker 2');Q|begin;Q|declare c cursor for select id, email from customers order by id;D|P|c;E|c|1;S;P||fetch from c;D|S|;B|;D|P|;E|;S;E|c;S;C|P|c;S;Q|fetch from c`,
	"FETCH without Describe":                                 `Q|insert into customers values (1, 'acme', 'marker 1'), (2, 'acme', 'marker 2');Q|begin;P||declare c cursor for select email from customers order by id;B|;E|;P||fetch 1 from c;B|;E|;P||fetch 5 from c;B|;E|;S;Q|commit`,
	"a portal of the protocol fetched and closed by SQL":     `Q|insert into customers values (1, 'acme', 'marker 1'), (2, 'acme', 'marker 2');Q|begin;P|s|` + selectBoth + `;B|c|s|0;S;Q|fetch 1 from c;E|c|1;S;Q|fetch 1 from c && close c;E|c;S`,
	"a portal bound in the pipeline and fetched by a query":  `Q|insert into customers values (1, 'acme', 'marker 1');Q|begin;P|s|` + selectBoth + `;B|c|s|0;P||fetch 1 from c;B|;E|;S;Q|commit`,
	"a cursor that is opened anew for another table":         `Q|begin;Q|declare c cursor for select email from customers;Q|close c;Q|declare c cursor for select id, a from plain;Q|fetch from c;Q|rollback;Q|begin;P||declare c cursor for select id from plain;B|;E|;P||fetch c;B|;E|;S`,
	"a cursor whose DECLARE fails":                           `Q|begin;Q|declare c cursor for select id, a from plain;Q|declare c cursor for select email from customers;Q|rollback;Q|begin;Q|declare c cursor for select email from customers where id = 1/0;Q|fetch c;Q|rollback`,
	"queries that write and read in one":                     `Q|insert into customers values (1, 'acme', 'marker') && select email from customers && select 1 && delete from customers returning email, id;Q|select count(*) from customers`,
	"queries that write and read in one, one of which fails": `Q|insert into customers values (1, 'acme', 'marker') && select email from customers && select 1/0 && select 2;Q|select count(*) from customers;Q|insert into plain values (1, 'x') && select email from customers && select nothing from plain;Q|select * from plain`,
	"queries that write and read in one, in a transaction":   `Q|begin;Q|insert into customers values (1, 'acme', 'marker') && select email from customers && select 1;Q|savepoint a;Q|rollback to a && insert into plain values (1, 'x') && select email from customers;Q|commit;Q|select * from plain`,
	"EXECUTE of a protected statement":                       `P|s|` + selectBoth + `;S;Q|execute s(0)`,
	"a cursor of SQL executed through the protocol":          `Q|begin;Q|declare c cursor for select id from customers;E|c;S;Q|commit`,
	"a protocol's portal fetched through SQL":                `Q|insert into customers values (1, 'acme', 'marker');Q|begin;P|s|select id, tenant_id from customers;B|c|s;S;Q|fetch all from c;Q|commit`,
	"COPY in the extended protocol":                          `P||copy plain from stdin;B|;E|;d|1|x` + "\t" + `y;c;S`,
	"COPY in a simple query with others":                     `Q|insert into customers values (1, 'acme', 'marker');Q|copy plain from stdin;c;Q|select 1`,
	"COPY of a protected table":                              `Q|copy customers from stdin;d|1` + "\tac" + `;d|me` + "\tmark" + `;d|er` + "\n2\tacme\tmarker" + `;c;Q|select * from customers`,
	"COPY of a protected table, extended":                    `P||copy customers from stdin;B|;D|P|;E|;d|1` + "\tacme\tmarker\n" + `;c;P||copy customers to stdout;B|;E|;S;Q|copy (select email from customers) to stdout`,
	"COPY of a protected table with Syncs among the data":    `P||copy customers from stdin;B|;E|;S;d|1` + "\tacme\tmarker" + `;S;H;c;S;Q|select * from customers`,
	"COPY of a protected table of bad data":                  `Q|copy customers from stdin;d|1` + "\tacme\tmarker\tmarker\n" + `;d|2` + "\tacme\tmarker\n" + `;c;Q|select * from customers`,
	"COPY of a protected table of bad data, extended":        `P||copy customers from stdin;B|;E|;d|1` + "\tacme\n" + `;d|2` + "\tacme\tmarker\n" + `;c;E|;S;d|3` + "\tacme\tmarker\n" + `;Q|select * from customers`,
	"COPY of a protected table that the client ends":         `Q|copy customers from stdin;d|1` + "\tacme\tmarker\n" + `;f|marker;d|marker;c;Q|select * from customers`,
	"COPY of a protected table in a failed transaction":      `P||begin;B|;E|;P||select 1/0;B|;E|;S;P||copy customers from stdin;B|;E|;d|1` + "\tacme\tmarker\n" + `;c;S;d|marker;H;d|marker;Q|select 1`,
	"COPY of a protected table that is no statement":         `P||copy customers (id, id) from stdin;B|;E|;d|1` + "\tacme\tmarker\n" + `;c;S;d|marker;Q|select 1`,
	"data of COPY behind its end":                            `Q|copy customers from stdin;c;d|marker;c;S;d|marker;Q|select * from customers`,
	"COPY of a protected table that the server refuses late": `Q|copy customers from stdin;d|x` + "\tacme\tmarker\n" + `;d|2` + "\tacme\tmarker\n" + `;c;Q|select * from customers`,
	"COPY that the client ends with an error":                `Q|copy plain from stdin;f|no;Q|select 1`,
	"empty texts":                             `Q|;P||;B|;D|P|;E|;S;Q| -- customers;P||/* customers */;B|;D|P|;E|;S`,
	"Syncs alone":                             `S;S;S;H;S`,
	"an error and then many Syncs":            `P||REFUSED;S;S;P||REFUSED;S;S;Q|select 1;S`,
	"savepoints and refusals":                 `Q|begin;Q|savepoint a;Q|REFUSED;Q|rollback to a;P||` + insertBoth + `;B|||1|marker;E|;S;P||REFUSED;S;Q|rollback to a;Q|commit;Q|select * from customers`,
	"a failed read of a closed portal's rows": `Q|insert into customers values (1, 'acme', 'marker 1'), (2, 'acme', 'marker 2');P|s|` + selectBoth + `;B|p|s|0;E|p|1;C|P|p;E|p|1;S`,
}

func TestPipelinesAreAnsweredAsByTheServer(t *testing.T) {
	p := newPipelineTwins(t)
	for name, pipeline := range pipelines {
		t.Run(name, func(t *testing.T) {
			defer p.reset()
			p.recorder.take()
			p.check(t, strings.Split(pipeline, ";"))
			if m := leaked(p.recorder.take(), "marker"); m != "" {
				t.Errorf("LEAK: a protected value arrives at the server")
			}
		})
	}
}

// randomPipelines is how many are tried; KEYASIDE_PIPELINES sets another number, KEYASIDE_SEED another start.
const randomPipelines = 150

func TestRandomPipelinesAreAnsweredAsByTheServer(t *testing.T) {
	p := newPipelineTwins(t)
	direct := p.stack.direct(t)
	first := uint64(fromEnvironment(t, "KEYASIDE_SEED", 1))
	for seed := first; seed < first+uint64(fromEnvironment(t, "KEYASIDE_PIPELINES", randomPipelines)); seed++ {
		r := rand.New(rand.NewPCG(seed, 0))
		if pipeline := randomPipeline(r); p.differ(t, pipeline) != "" {
			short := minimise(t, pipeline)
			t.Fatalf("seed %d, shortened:\n%s\n%s", seed, strings.Join(short, "\n"), newPipelineTwins(t).differ(t, short))
		}
		if n := direct.value(`select count(*) from customers where substr(email, 1, 3) <> '\xf54b11'`); n != int64(0) {
			t.Fatalf("seed %d: %v values were not sealed", seed, n)
		}
		p.reset()
	}
}

func fromEnvironment(t testing.TB, name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func randomPipeline(r *rand.Rand) []string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	statement := func() string { return pick("", "", "s", "s", "x") }
	portal := func() string { return pick("", "", "", "p") }
	text := func() string {
		return pick(insertBoth, insertBoth, selectBoth, selectBoth, insertThis, "select $1::text, $2::text", "select 1/0", "REFUSED", "REFUSED",
			"begin", "commit", "rollback", "savepoint a", "rollback to a", "deallocate s", "deallocate all", "", "select", "syntax error",
			keptNamesInSQL(r), keptNamesInSQL(r), keptNamesInSQL(r),
			"update customers set email = $2 where id = $1 and tenant_id = 'acme' returning id, email", "delete from customers where id = $1 returning email")
	}
	var words []string
	for range 3 + r.IntN(14) {
		switch r.IntN(16) {
		case 0, 1, 2:
			words = append(words, "P|"+statement()+"|"+text())
		case 3, 4, 5:
			words = append(words, "B|"+portal()+"|"+statement()+pick("", "|"+strconv.Itoa(r.IntN(5)), "|1|marker", "|"+strconv.Itoa(r.IntN(5))+"|marker "+strconv.Itoa(r.IntN(99)), "|2|NULL"))
		case 6, 7, 8:
			words = append(words, "E|"+portal()+"|"+pick("0", "0", "1"))
		case 9:
			words = append(words, "D|S|"+statement())
		case 10:
			words = append(words, "D|P|"+portal())
		case 11:
			words = append(words, "C|"+pick("S|"+statement(), "P|"+portal()))
		case 12:
			words = append(words, "Q|"+pick("select 1", "begin", "commit", "REFUSED", "insert into customers values ("+strconv.Itoa(5+r.IntN(9))+", 'acme', 'marker q')",
				"select * from customers order by id", "select 1; select email from customers order by id; select 2", "deallocate all", "deallocate s", "select 1/0", "discard all", namesInSQL(r), namesInSQL(r)))
		case 13:
			words = append(words, "H")
		default:
			words = append(words, "S")
		}
		// Most often a whole statement, so that something comes about.
		if r.IntN(3) == 0 {
			words = append(words, "P||"+text(), "B|||"+strconv.Itoa(r.IntN(5))+pick("", "|marker"), "E|", pick("S", "H", "S", "P||select 1"))
		}
	}
	return append(words, "S")
}

// namesInSQL is a text that uses, in SQL, the names that pipelines use in the protocol.
func namesInSQL(r *rand.Rand) string {
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	s, p := pick("s", "s", "x"), pick("p", "p", "c")
	n := strconv.Itoa(r.IntN(9))
	return pick("prepare "+s+" as "+insertBoth, "prepare "+s+" (int, text) as "+insertBoth, "prepare "+s+" as "+selectBoth, "prepare "+s+" (int, text) as "+insertThis,
		"execute "+s+" ("+n+", 'marker')", "execute "+s+" ("+n+", 'marker')", "execute "+s+" ("+n+")", "execute "+s,
		"declare "+p+" cursor for select id, email from customers order by id", "declare "+p+" cursor with hold for select email from customers order by id",
		"declare "+p+" cursor for select id, a from plain order by id, a", "fetch 1 from "+p, "fetch all from "+p, "move 1 from "+p, "close "+p, "close all")
}

// keptNamesInSQL is namesInSQL for a text that may be carried out when the names mean something else: EXECUTE and FETCH
// are then refused.
func keptNamesInSQL(r *rand.Rand) string {
	for {
		if text := namesInSQL(r); !strings.HasPrefix(text, "execute") && !strings.HasPrefix(text, "fetch") {
			return text
		}
	}
}

func TestPreparedStatementIsRefusedUnderAnotherEncoding(t *testing.T) {
	p := newPipelineTwins(t)
	p.protected.run([]string{"P|s|" + insertBoth, "S", "Q|set client_encoding = 'LATIN1'"})
	got := strings.Join(p.protected.run([]string{"B||s|1|caf\xe9", "E|", "S"}), "\n")
	if !strings.HasPrefix(got, "E 42601\nZ I") {
		t.Errorf("got %s", got)
	}
	if n := p.stack.direct(t).value(`select count(*) from customers`); n != int64(0) {
		t.Errorf("%v rows were stored", n)
	}
}
