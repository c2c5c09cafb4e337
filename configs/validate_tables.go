package configs

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// maxIdentifierBytes is PostgreSQL's NAMEDATALEN - 1; the server cuts longer names off.
const maxIdentifierBytes = 63

var fieldID = regexp.MustCompile(`^[a-z0-9_.-]{1,255}$`)

func (k *checker) fields(c *Config) {
	used := map[string]bool{}
	for _, t := range c.Tables {
		for _, column := range t.Columns {
			used[column.Field] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Fields)) {
		path := childPath("fields", id)
		switch typ, _ := c.Fields[id].Declaration(); {
		case !fieldID.MatchString(id):
			k.fail(path, "is not a field id", `use 1 to 255 of a-z, 0-9, "_", "." and "-"`)
		case typ == "":
			k.fail(path+".type", "is missing", typeRemedy)
		case !slices.Contains(scalarTypes, strings.TrimSuffix(typ, "[]")):
			k.fail(path+".type", "is not a type that can be protected", typeRemedy)
		case !used[id]:
			k.fail(path, "is used by no column", "bind a column to it in tables, or remove it")
		default:
			k.search(path, c.Fields[id])
			k.access(path, c.Fields[id])
		}
	}
	k.domains(c.Fields)
}

func (k *checker) tables(c *Config) {
	if len(c.Tables) == 0 {
		k.fail("tables", "is missing", "list at least one table with protected columns")
	}
	seen := map[[2]string]bool{}
	for i, t := range c.Tables {
		path := fmt.Sprintf("tables[%d]", i)
		schema, name, err := t.SchemaAndName()
		switch {
		case t.Name == "":
			k.fail(path+".name", "is missing", "write table or schema.table")
		case err != nil:
			what, todo := explain(err)
			k.fail(path+".name", what, todo)
		case seen[[2]string{schema, name}]:
			k.fail(path+".name", "names the table "+schema+"."+name+" a second time", "put all its columns into one entry")
		}
		seen[[2]string{schema, name}] = true
		k.tenant(path+".tenant", t)
		k.foreign(path+".on_foreign_tenant", t)
		k.columns(path+".columns", t.Columns, c.Fields)
	}
}

func (k *checker) columns(path string, columns Columns, fields Fields) {
	if len(columns) == 0 {
		k.fail(path, "is missing", "bind at least one column to a field, or remove the table")
	}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		at, column := childPath(path, name), columns[name]
		if name == "" || len(name) > maxIdentifierBytes {
			k.fail(at, "is not a name that a column can have", "write it as the catalog has it, 1 to 63 bytes")
		}
		k.oneOf(at+".storage", column.Storage, "bytea", "text")
		if !k.required(at+".field", column.Field, "name one of the fields") {
			continue
		}
		if _, ok := fields[column.Field]; !ok {
			k.fail(at+".field", "names a field that is not defined", unknownField(column.Field, fields))
		}
	}
}

func unknownField(id string, fields Fields) string {
	if len(fields) == 0 {
		return "define it under fields"
	}
	return "define it under fields; " + suggestion(id, slices.Sorted(maps.Keys(fields)))
}

// SchemaAndName takes the table's name apart; the schema is public if none is written.
func (t Table) SchemaAndName() (schema, name string, err error) {
	parts, err := splitName(t.Name)
	if err != nil {
		return "", "", err
	}
	if len(parts) == 1 {
		return "public", parts[0], nil
	}
	return parts[0], parts[1], nil
}

// splitName takes "schema.table" apart at the dot; parts may be in double quotes, in which "" stands for one quote.
func splitName(text string) ([]string, error) {
	var parts []string
	for more := true; more; {
		var part string
		if quoted := quotedPart.FindStringSubmatch(text); quoted != nil {
			part, text, more = strings.ReplaceAll(quoted[1], `""`, `"`), quoted[3], quoted[2] == "."
		} else if part, text, more = strings.Cut(text, "."); strings.Contains(part, `"`) {
			return nil, errName
		}
		if part == "" || len(part) > maxIdentifierBytes {
			return nil, errName
		}
		parts = append(parts, part)
	}
	if len(parts) > 2 {
		return nil, errName
	}
	return parts, nil
}

// quotedPart splits off a leading quoted part: its inside, the dot if one follows, and what is behind the dot.
var quotedPart = regexp.MustCompile(`(?s)^"((?:[^"]|"")*)"(?:(\.)(.*))?$`)

var errName = fmt.Errorf("is not a table's name%w",
	remedy(`write table or schema.table as the catalog has it, each part 1 to 63 bytes, in double quotes if it contains a dot`))
