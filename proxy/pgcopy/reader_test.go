package pgcopy

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// forms are the options that the tests of this package go through.
func forms(columns ...string) map[string]Options {
	text, csv, bin := Defaults(Text, columns), Defaults(CSV, columns), Defaults(Binary, columns)
	odd := csv
	odd.Delimiter, odd.Quote, odd.Escape, odd.Null, odd.Default, odd.HasDefault = ';', '\'', '\\', "nil", "std", true
	upper := text
	upper.Delimiter, upper.Null, upper.Default, upper.HasDefault = 'A', "", `\D`, true
	old := csv
	old.CSVMarker = true
	return map[string]Options{"text": text, "csv": csv, "binary": bin, "odd csv": odd, "odd text": upper, "old csv": old}
}

// identity takes each row apart and puts it together again as it was.
func identity(dst []byte, row *Row) ([]byte, error) { return append(dst, row.Raw...), nil }

// read reads data in pieces of the given size and returns what comes out.
func read(r *Reader, data []byte, piece int) (out []byte, err error) {
	for len(data) > 0 {
		in := data[:min(piece, len(data))]
		var n int
		if out, n, err = r.Feed(out, in, 1<<30); err != nil {
			return out, err
		}
		data = data[n:]
	}
	return r.Finish(out)
}

// show returns a Reader that writes each row's fields as a line.
func show(o Options) *Reader {
	return NewReader(o, 1<<20, func(dst []byte, row *Row) ([]byte, error) {
		for i, f := range row.Fields {
			dst = fmt.Appendf(dst, "%s%q ", [...]string{"", "NULL", "DEFAULT"}[f.Kind], row.AppendValue(nil, i))
		}
		return append(dst, '\n'), nil
	})
}

func TestRowsAndFieldsAreFoundAsTheServerFindsThem(t *testing.T) {
	for _, c := range []struct{ form, data, want string }{
		{"text", "a\tb\nc\td\n", "\"a\" \"b\" \n\"c\" \"d\" \n"},
		{"text", "a\tb\nc\td", "\"a\" \"b\" \n\"c\" \"d\" \n"},
		{"text", "a\tb\r\nc\td\r\n", "\"a\" \"b\" \n\"c\" \"d\" \n"},
		{"text", "a\tb\rc\td\r", "\"a\" \"b\" \n\"c\" \"d\" \n"},
		{"text", "a\tb\rc\td", "\"a\" \"b\" \n\"c\" \"d\" \n"},
		{"text", "\t\\N\n", "\"\" NULL\"N\" \n"},
		{"text", "\\\t\t\\\\N\n", "\"\\t\" \"\\\\N\" \n"},
		{"text", "\\b\\f\\n\\r\\t\\v\\q\t\\101\\1\\18\\x41\\x4\\xg\n", "\"\\b\\f\\n\\r\\t\\vq\" \"A\\x01\\x018A\\x04xg\" \n"},
		{"text", "a\\\nb\tc\n", "\"a\\nb\" \"c\" \n"},
		{"text", "a\\\r\tc\n", "\"a\\r\" \"c\" \n"},
		{"text", "a\tb\n\\.\nrest of the data\t\\.", "\"a\" \"b\" \n\\.\n"},
		{"text", "a\t\\\\.\n", "\"a\" \"\\\\.\" \n"},
		{"text", "a\tb\n\\.", "end-of-copy marker is not alone on its line"},
		{"text", "a\tb\\.\n", "end-of-copy marker is not alone on its line"},
		{"text", "a\tb\n\\.c\n", "end-of-copy marker is not alone on its line"},
		{"text", "a\tb\\", "the data ends with a backslash"},
		{"text", "a\n", `missing data for column "two"`},
		{"text", "\n", `missing data for column "two"`},
		{"text", "a\tb\tc\n", "extra data after last expected column"},
		{"text", "a\tb\\n\tc\n", "extra data after last expected column"},
		{"text", "a\tb\nc\td\r\n", "literal carriage return found in data"},
		{"text", "a\tb\r\nc\td\n", "literal newline found in data"},
		{"text", "a\tb\r\nc\td\re", "literal carriage return found in data"},
		{"text", "a\tb\r\nc\td\r", "literal carriage return found in data"},
		{"text", "a\tb\rc\td\n", "literal newline found in data"},
		{"text", "a\t\x00\n", `invalid byte sequence for encoding "UTF8": 0x00`},
		{"odd text", "\\x4A1A\nxA2\n", "\"J1\" NULL\"\" \n\"x\" \"2\" \n"},
		{"odd text", "\\x4AA1\n\\AA\n", "\"J\" \"1\" \n\"A\" NULL\"\" \n"},
		{"odd text", "\\DA\\x44\n", "DEFAULT\"D\" \"D\" \n"},
		{"csv", "a,b\nc,d\n", "\"a\" \"b\" \n\"c\" \"d\" \n"},
		{"csv", "\"a,\"\"\nb\",\"\"\n", "\"a,\\\"\\nb\" \"\" \n"},
		{"csv", ",\"\"\n", "NULL\"\" \"\" \n"},
		{"csv", "a\"b,c\"d,e\n", "\"ab,cd\" \"e\" \n"},
		{"csv", "\"a\r\nb\",c\r\n\"\n\",d\r\n", "\"a\\r\\nb\" \"c\" \n\"\\n\" \"d\" \n"},
		{"csv", "\\n,\\.\n", "\"\\\\n\" \"\\\\.\" \n"},
		{"csv", "\"a,b\n", "unterminated CSV quoted field"},
		{"csv", "a,\"b\"\"\n", "unterminated CSV quoted field"},
		{"csv", "\\.\n", `missing data for column "two"`},
		{"csv", "a,b\nc,d\re,f\n", "literal carriage return found in data"},
		{"old csv", "a,b\n\\.\nrest", "\"a\" \"b\" \n\\.\n"},
		{"old csv", "a,b\n\\.", `missing data for column "two"`},
		{"old csv", "\\.,b\n", "\"\\\\.\" \"b\" \n"},
		{"old csv", "\"\\.\",b\n", "\"\\\\.\" \"b\" \n"},
		{"odd csv", "'a\\'\\\\\\b';nil\n'nil';std\n'std';\\\n", "\"a'\\\\\\\\b\" NULL\"nil\" \n\"nil\" DEFAULT\"std\" \n\"std\" \"\\\\\" \n"},
		{"odd csv", "'a\\';b\n", "unterminated CSV quoted field"},
	} {
		for piece := 1; piece <= len(c.data)+1; piece++ {
			got, err := read(show(forms("one", "two")[c.form]), []byte(c.data), piece)
			if err != nil {
				got = []byte(err.Error())
			}
			if string(got) != c.want {
				t.Errorf("%s: %q in pieces of %d:\n%s, want\n%s", c.form, c.data, piece, got, c.want)
				break
			}
		}
	}
}

const binaryHeader = Signature + "\x00\x00\x00\x00\x00\x00\x00\x00"

func TestBinaryRowsAreFoundHoweverTheyAreCut(t *testing.T) {
	row := "\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xff"
	for _, c := range []struct{ data, want string }{
		{binaryHeader + row + row + "\xff\xff", binaryHeader + "\"a\" NULL\n\"a\" NULL\n\xff\xff"},
		{binaryHeader + row, binaryHeader + "\"a\" NULL\n"},
		{Signature + "\x00\x00\xff\xff\x00\x00\x00\x03ext" + row, Signature + "\x00\x00\xff\xff\x00\x00\x00\x00\"a\" NULL\n"},
		{"PGCOPX", "COPY file signature not recognized"},
		{Signature + "\x00\x01\x00\x00\x00\x00\x00\x00", "invalid COPY file header (WITH OIDS)"},
		{Signature + "\x80\x00\x00\x00\x00\x00\x00\x00", "unrecognized critical flags in COPY file header"},
		{Signature + "\x00\x00\x00\x00\xff\x00\x00\x00", "invalid COPY file header (wrong length)"},
		{Signature + "\x00\x00\x00", "unexpected EOF in COPY data"},
		{Signature + "\x00\x00\x00\x00\x00\x00\x00\x03ex", "unexpected EOF in COPY data"},
		{binaryHeader + row[:5], "unexpected EOF in COPY data"},
		{binaryHeader + "\x00\x03", "row field count is not the number of columns"},
		{binaryHeader + "\x00\x02\xff\xff\xff\xfe", "invalid field size"},
		{binaryHeader + "\x00\x02\x7f\xff\xff\xff", "a row of COPY data is over the proxy's limit"},
		{binaryHeader + "\xff\xffmore", "received copy data after EOF marker"},
	} {
		for piece := 1; piece <= len(c.data)+1; piece++ {
			r := NewReader(forms("one", "two")["binary"], 1<<20, func(dst []byte, row *Row) ([]byte, error) {
				return fmt.Appendf(dst, "%q NULL\n", row.AppendValue(nil, 0)), nil
			})
			got, err := read(r, []byte(c.data), piece)
			if err != nil {
				got = []byte(err.Error())
			}
			if string(got) != c.want {
				t.Errorf("%q in pieces of %d: %q, want %q", c.data, piece, got, c.want)
				break
			}
		}
	}
}

func TestHeaderLineIsCheckedOrTakenAway(t *testing.T) {
	for _, c := range []struct {
		header     Header
		data, want string
	}{
		{HeaderLine, "anything \"at\n all\",and,more\r\na,b\r\n", "\r\na,b\r\n"},
		{HeaderLine, "secret", ""},
		{HeaderMatch, "one,\"two\"\na,b\n", "one,\"two\"\na,b\n"},
		{HeaderMatch, "one,three\na,b\n", "column name mismatch in header line"},
		{HeaderMatch, "one,\na,b\n", "column name mismatch in header line"},
		{HeaderMatch, "one\na,b\n", "wrong number of fields in header line"},
	} {
		o := Defaults(CSV, []string{"one", "two"})
		o.Header = c.header
		for piece := 1; piece <= len(c.data); piece++ {
			got, err := read(NewReader(o, 1<<20, identity), []byte(c.data), piece)
			if err != nil {
				got = []byte(err.Error())
			}
			if string(got) != c.want {
				t.Errorf("%q in pieces of %d: %q, want %q", c.data, piece, got, c.want)
			}
		}
	}
}

// TestRowThatWaitsIsHandedOutAgain gives each row once an error that asks to try again.
func TestRowThatWaitsIsHandedOutAgain(t *testing.T) {
	wait := errors.New("wait")
	for name, data := range map[string]string{"text": "a\tb\nc\\\n\td\n", "csv": "a,b\r\"c\r\",d\r", "binary": binaryHeader + "\x00\x02\x00\x00\x00\x01a\x00\x00\x00\x00\x00\x02\xff\xff\xff\xff\x00\x00\x00\x01b\xff\xff"} {
		for piece := 1; piece <= len(data); piece++ {
			refused := false
			r := NewReader(forms("one", "two")[name], 1<<20, func(dst []byte, row *Row) ([]byte, error) {
				if refused = !refused; refused {
					return append(dst, "half"...), wait
				}
				return append(dst, row.Raw...), nil
			})
			var out []byte
			for rest := []byte(data); len(rest) > 0; {
				in := bytes.Clone(rest[:min(piece, len(rest))])
				var n int
				var err error
				if out, n, err = r.Feed(out, in, 1<<20); err != nil && err != wait {
					t.Fatal(err)
				}
				clear(in)
				rest = rest[n:]
			}
			out, err := r.Finish(out)
			if err == wait {
				out, err = r.Finish(out)
			}
			if err != nil || string(out) != data {
				t.Fatalf("%s in pieces of %d: %q, %v", name, piece, out, err)
			}
		}
	}
}

func TestLongRowIsAnErrorAndNotHeld(t *testing.T) {
	for name, data := range map[string]string{"text": strings.Repeat("x", 2000), "csv": "\"" + strings.Repeat("\n", 2000),
		"binary": binaryHeader + "\x00\x02\x00\x00\x07\xd0" + strings.Repeat("x", 2000)} {
		r := NewReader(forms("one", "two")[name], 1000, identity)
		if _, err := read(r, []byte(data), 64); err != errTooLong || cap(r.carry) > 2048 {
			t.Errorf("%s: %v, %d bytes held", name, err, cap(r.carry))
		}
	}
}

func TestFeedStopsWhenEnoughHasComeOut(t *testing.T) {
	r := NewReader(forms("one")["text"], 1000, func(dst []byte, _ *Row) ([]byte, error) { return append(dst, make([]byte, 100)...), nil })
	out, n, err := r.Feed(nil, bytes.Repeat([]byte("\n"), 1000), 1000)
	if len(out) != 1000 || n != 10 || err != nil {
		t.Errorf("%d bytes for %d, %v", len(out), n, err)
	}
}

func TestWrittenFieldIsReadAsItsValue(t *testing.T) {
	var all []byte
	for c := 1; c < 256; c++ {
		all = append(all, byte(c))
	}
	for name, o := range forms("one", "two") {
		for _, value := range []string{"", "plain", o.Null + "x", `\.`, `\N`, `\xf54b`, "\"", "'", "\r", "\n", string(all), "\\", "a\\", "A\x01A"} {
			for _, quoted := range []bool{false, true} {
				data := o.AppendField(nil, []byte(value), quoted)
				end := "\n"
				if o.Format == Binary {
					data, end = append([]byte(binaryHeader+"\x00\x02"), data...), ""
					data = append(data, "\x00\x00\x00\x01x"...)
				} else {
					data = append(append(data, o.Delimiter), "x"...)
				}
				var got *string
				r := NewReader(o, 1<<20, func(dst []byte, row *Row) ([]byte, error) {
					v := string(row.AppendValue(nil, 0))
					got = &v
					return dst, nil
				})
				if _, err := read(r, append(data, end...), 3); err != nil || got == nil || *got != value {
					t.Errorf("%s: %q written as %q: %v", name, value, data, err)
				}
			}
		}
	}
}

func TestReadingDoesNotAllocatePerRow(t *testing.T) {
	for name, row := range map[string]string{"text": "1\tacme\\t\tsome text\n", "csv": "1,acme,\"some \"\"text\"\n",
		"binary": "\x00\x03\x00\x00\x00\x011\x00\x00\x00\x04acme\x00\x00\x00\x02no"} {
		var value []byte
		r := NewReader(forms("one", "two", "three")[name], 1<<20, func(dst []byte, row *Row) ([]byte, error) {
			value = row.AppendValue(value[:0], 1)
			return append(dst, row.Raw...), nil
		})
		data := bytes.Repeat([]byte(row), 1000)
		out := make([]byte, 0, 2*len(data))
		if name == "binary" {
			out, _, _ = r.Feed(out, []byte(binaryHeader), 1<<30)
		}
		for range 3 { // the carried row's buffer grows to its size
			out, _, _ = r.Feed(out[:0], data[:len(data)-1], 1<<30)
			_, _, _ = r.Feed(out[:0], data[len(data)-1:], 1<<30)
		}
		if n := testing.AllocsPerRun(10, func() { out, _, _ = r.Feed(out[:0], data, 1<<30) }); n > 0 {
			t.Errorf("%s: %v allocations for 1000 rows", name, n)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	row := "4711\tacme\twilhelmina.oconnor.4711@example.com\tsome other text\n"
	for name, data := range map[string]string{"text": row, "csv": strings.ReplaceAll(row, "\t", ","),
		"quoted": "4711,acme,\"wilhelmina.oconnor.4711@example.com\",some other text\n"} {
		b.Run(name, func(b *testing.B) {
			o := Defaults(CSV, []string{"a", "b", "c", "d"})
			if name == "text" {
				o = Defaults(Text, o.Columns)
			}
			r := NewReader(o, 1<<20, identity)
			in := bytes.Repeat([]byte(data), 1000)
			out := make([]byte, 0, 2*len(in))
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				out, _, _ = r.Feed(out[:0], in, 1<<30)
			}
		})
	}
}

// FuzzReader reads arbitrary data in two cuts: what comes out is the same, and it is a prefix of the data or all of it
// until the end marker.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"a\tb\n", "a,b\r\n\"c\"\"\n\",d\r\n", binaryHeader + "\x00\x02\x00\x00\x00\x01a\xff\xff\xff\xff\xff\xff", "a\\\n\tb\\.\n\\.\n", "'a\\'';nil\rstd;x\r", "\\x4AA\\\r\r\n"} {
		for _, name := range []string{"text", "csv", "binary", "odd csv", "odd text", "old csv"} {
			f.Add(name, []byte(s), 3)
		}
	}
	f.Fuzz(func(t *testing.T, name string, data []byte, piece int) {
		o, ok := forms("one", "two")[name]
		if !ok {
			return
		}
		whole, wholeErr := read(NewReader(o, 1<<12, identity), data, len(data)+1)
		cut, cutErr := read(NewReader(o, 1<<12, identity), data, max(1, piece%64))
		if fmt.Sprint(wholeErr) != fmt.Sprint(cutErr) || !bytes.Equal(whole, cut) {
			t.Fatalf("%s: %q gives %q, %v; in pieces %q, %v", name, data, whole, wholeErr, cut, cutErr)
		}
		if o.Format != Binary && !bytes.HasPrefix(data, whole) {
			t.Fatalf("%s: %q gives %q", name, data, whole)
		}
		if wholeErr == nil && o.Format == CSV && !o.CSVMarker && !bytes.Equal(whole, data) {
			t.Fatalf("%s: %q gives %q", name, data, whole)
		}
	})
}
