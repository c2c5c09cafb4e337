package drivertest

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// The table that all drivers work on has a protected column of each logical type, text in both storages, and an
// unprotected one for the control value. Values are kept as they are, since a leak in compressed form would not be seen.
const tableDDL = `create table customers (
	id bigint primary key, tenant_id text not null, name text,
	email bytea, note text, photo bytea, points bytea, born bytea, ref bytea, profile bytea);
alter table customers
	alter name set storage external, alter email set storage external, alter note set storage external,
	alter photo set storage external, alter points set storage external, alter born set storage external,
	alter ref set storage external, alter profile set storage external;
create table plain (id int, word text)`

// row is a row of the table as an application knows it. It goes to the scripts of other languages as JSON: the photo in
// base64, the points as a string, since JavaScript's numbers are too short.
type row struct {
	ID      int64   `json:"id"`
	Tenant  string  `json:"tenant_id"`
	Name    *string `json:"name"`
	Email   *string `json:"email"`
	Note    *string `json:"note"`
	Photo   []byte  `json:"photo"`
	Points  *int64  `json:"points,string"`
	Born    *string `json:"born"` // ISO 8601
	Ref     *string `json:"ref"`
	Profile *string `json:"profile"` // in the spelling of jsonb
}

// columns are the table's, in the order of row.
const columns = `id, tenant_id, name, email, note, photo, points, born, ref, profile`

const (
	insertSQL = `insert into customers (` + columns + `) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	updateSQL = `update customers set name = $3, email = $4, note = $5, photo = $6, points = $7, born = $8, ref = $9, profile = $10
		where id = $1 and tenant_id = $2`
	selectSQL = `select * from customers where id = $1`
	emailSQL  = `select email from customers where id = $1`
	// protectedSQL gives the protected columns, and nativeSQL columns of their logical types.
	protectedSQL = `select email, note, photo, points, born, ref, profile from customers where id = $1`
	nativeSQL    = `select ''::text, ''::text, ''::bytea, $1::int8, '2000-01-01'::date, '123e4567-e89b-12d3-a456-426614174000'::uuid, '{}'::jsonb`
	countSQL     = `select count(*) from customers where id = $1`
	insertTwo    = `insert into customers (id, tenant_id, email) values ($1, $2, $3)`
	// moveSQL copies a value to the next row, which is another tenant's.
	moveSQL = `update customers set email = (select email from customers where id = $1) where id = $1 + 1`
	// refusedSQL asks for what ciphertext cannot answer.
	refusedSQL = `select id from customers where lower(email) = $1`
)

// args are the row's values as Go drivers take them.
func (r row) args() []any {
	args := []any{r.ID, r.Tenant}
	for _, v := range []any{r.Name, r.Email, r.Note, r.Photo, r.Points, r.day(), r.Ref, r.Profile} {
		if reflect.ValueOf(v).IsNil() {
			v = nil
		}
		args = append(args, v)
	}
	return args
}

func (r row) day() *time.Time {
	if r.Born == nil {
		return nil
	}
	day, err := time.Parse(time.DateOnly, *r.Born)
	if err != nil {
		panic(err) // a mistake in this package
	}
	return &day
}

// dest points into the row, for Scan; the day goes to born.
func (r *row) dest(born **time.Time) []any {
	return []any{&r.ID, &r.Tenant, &r.Name, &r.Email, &r.Note, &r.Photo, &r.Points, born, &r.Ref, &r.Profile}
}

// difference names the first column in which two rows differ; "" if none. It quotes no value: some have a megabyte.
func (r row) difference(other row) string {
	if (r.Photo == nil) != (other.Photo == nil) || !bytes.Equal(r.Photo, other.Photo) {
		return fmt.Sprintf("photo: %d and %d bytes", len(r.Photo), len(other.Photo))
	}
	a, b := reflect.ValueOf(r), reflect.ValueOf(other)
	for i := range a.NumField() {
		if a.Field(i).Kind() != reflect.Slice && !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			return a.Type().Field(i).Name
		}
	}
	return ""
}

// change is a row as it is inserted and as it is updated then.
type change struct {
	What   string `json:"what"`
	Insert row    `json:"insert"`
	Update row    `json:"update"`
}

// megabyte is the size in bytes of the large values.
const megabyte = 1 << 20

// Text that is hard on drivers: quotes, backslashes, placeholders, what ends strings elsewhere, emoji with modifiers and
// joiners, both directions, combining marks in both normal forms, noncharacters of UTF-8's longest form.
const (
	quotes  = `it's "quoted" \ \\ \n $1 $$ %s ? :name -- /* '; drop` + "\n\r\t\x01\x7f"
	unicode = "🔑👩🏽‍🚀🇵🇱 שלום עולם مرحبا \u202Eabc\u202C e\u0301 \u00e9 a\u0323\u0308 ﷽ 日本語 \U0010FFFD"
)

// changes makes what every driver does to the table, with values of its own.
func (l *ledger) changes(first int64, control string) []change {
	id := first
	next := func(tenant string) row {
		id++
		return row{ID: id, Tenant: tenant, Name: &control}
	}
	var all []change
	add := func(what string, insert, update row) {
		update.ID, update.Tenant = insert.ID, insert.Tenant
		all = append(all, change{what, insert, update})
	}
	add("every type", l.fill(next("acme")), l.fill(next("acme")))
	add("NULL, then values", next("globex"), l.fill(next("globex")))
	add("values, then NULL", l.fill(next("acme")), next("acme"))
	add("empty, then NULL", empty(next("acme")), next("acme"))
	add("values, then empty", l.fill(next("globex")), empty(next("globex")))
	add("1 MiB", l.large(next("globex")), l.fill(next("globex")))
	add("extremes", extreme(next("acme")), l.fill(next("acme")))
	add("unicode", l.awkward(next("acme")), l.awkward(next("acme")))
	return all
}

func (l *ledger) fill(r row) row {
	r.Email = ptr(l.word("email") + "@example.com")
	r.Note = ptr("it's a note: " + l.word("note"))
	r.Photo = append([]byte{0, 1, 0xff, '\\', '\''}, l.word("photo")...)
	r.Points = ptr(l.int8("points"))
	r.Born = ptr(l.date("born"))
	r.Ref = ptr(l.uuid("ref"))
	r.Profile = ptr(fmt.Sprintf(`{"n": [1.50, null, true], "word": "%s"}`, l.word("profile")))
	return r
}

func empty(r row) row {
	r.Email, r.Note, r.Photo, r.Profile = ptr(""), ptr(""), []byte{}, ptr("{}")
	return r
}

// extreme has the ends of the ranges; the values are not marks, since they are everywhere.
func extreme(r row) row {
	r.Points = ptr(int64(-1 << 63))
	r.Born = ptr("0001-01-01")
	r.Ref = ptr("00000000-0000-0000-0000-000000000000")
	r.Profile = ptr(`"x"`)
	return r
}

func (l *ledger) awkward(r row) row {
	r.Email = ptr(unicode + l.word("email"))
	r.Note = ptr(l.word("note") + quotes + unicode)
	r.Photo = append([]byte(unicode+quotes), l.word("photo")...)
	r.Profile = ptr(fmt.Sprintf(`{"שלום 🔑": "%s é e\u0301 \"\\"}`, l.word("profile")))
	r.Profile = ptr(strings.ReplaceAll(*r.Profile, `\u0301`, "\u0301")) // jsonb keeps no escapes
	return r
}

// large repeats a mark up to a megabyte, so that it stands whole in some chunk of TOAST and some page of WAL.
func (l *ledger) large(r row) row {
	repeat := func(unit string) string {
		return (strings.Repeat(unit, megabyte/len(unit)) + strings.Repeat("x", len(unit)))[:megabyte]
	}
	r.Email = ptr(repeat(l.word("email of 1 MiB") + "@"))
	r.Note = ptr(repeat(l.word("note of 1 MiB") + " "))
	r.Photo = []byte(repeat(l.word("photo of 1 MiB") + "\x00\xff"))
	return r
}

func ptr[T any](v T) *T { return &v }
