package configs

import (
	"fmt"
	"strings"
	"testing"
)

func TestSearchLoadsWithItsDefaults(t *testing.T) {
	for field, want := range map[string]string{
		"{type: text}":                                             "none deterministic '' ''",
		"{type: text, search: none}":                               "none deterministic '' ''",
		"{type: text, search: equality}":                           "equality deterministic 'customer_email' ''",
		"{type: text, search: equality, equality: {domain: mail}}": "equality deterministic 'mail' ''",
		"{type: text, search: equality, equality: {form: term}}":   "equality term 'customer_email' ''",
		"{type: text, search: equality, equality: {form: term, normalise: [digits, lower]}}": "equality term 'customer_email' 'lower,digits'",
	} {
		c, err := loadText(edit(t, "{type: text}", field))
		if err != nil {
			t.Errorf("%s: %v", field, err)
			continue
		}
		f := c.Fields["customer_email"]
		got := fmt.Sprintf("%s %s '%s' '%s'", f.Search, f.Equality.Form, f.EqualityDomain("customer_email"), f.Equality.Normalisers())
		if got != want {
			t.Errorf("%s: %s, want %s", field, got, want)
		}
	}
}

func TestImpossibleSearchIsReportedWithRemedy(t *testing.T) {
	const path = "fields.customer_email"
	for _, test := range []struct{ field, want string }{
		{"{type: text, search: prefix}", path + ".search: has an unknown value; write one of none, equality"},
		{"{type: text, search: equality, equality: {form: exact}}", path + ".equality.form: has an unknown value; write one of deterministic, term"},
		{"{type: text, equality: {domain: mail}}", path + ".equality: is given, and the field is not searchable; add search: equality to the field, or remove this"},
		{"{type: text, search: equality, equality: {domain: E-Mail}}", path + ".equality.domain: is not a domain's name; use 1 to 255 of a-z"},
		{"{type: text, search: equality, equality: {normalise: [lower]}}", path + ".equality.normalise: is given with form: deterministic, which keeps each value apart that differs at all; set form: term, or remove the normalisers"},
		{"{type: int8, search: equality, equality: {form: term, normalise: [digits]}}", path + ".equality.normalise: is given for int8; normalise text and varchar only"},
		{"{type: text, search: equality, equality: {form: term, normalise: [upper]}}", path + ".equality.normalise[0]: has an unknown value; write one of lower, trim, digits"},
		{"{type: text, search: equality, equality: {form: term, normalise: [trim, trim]}}", path + ".equality.normalise[1]: is listed twice; keep one of them"},
		{"{type: text, search: equality, equality: {form: term, normalise: lower}}", path + `.equality.normalise: must be a list; start each entry with "- "`},
		{"{type: float8, search: equality}", path + ".search: is asked of float8, in which equal values have several representations (0 and -0)"},
		{"{type: float4, search: equality, equality: {form: term}}", path + ".search: is asked of float4,"},
		{"{type: jsonb, search: equality}", path + ".search: is asked of jsonb, in which equal values have several representations; remove search"},
		{"{type: numeric, search: equality}", path + `.search: is asked of numeric without a scale, in which equal values have several representations (1.0 and 1.00); write the scale, e.g. type: "numeric(12,2)", or remove search`},
		{"{type: bool, search: equality}", path + ".search: is asked of bool, of which a few ciphertexts would tell every value; a searchable type needs at least 64 distinct values"},
		{`{type: "numeric(1,0)", search: equality}`, path + ".search: is asked of numeric(1,0), of which a few ciphertexts would tell every value"},
		{`{type: "text[]", search: equality}`, path + ".search: is asked of an array, which has no equality here"},
	} {
		_, err := loadText(edit(t, "{type: text}", test.field))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s:\ngot  %v\nwant %s", test.field, err, test.want)
		}
	}
}

func TestEveryOtherTypeCanBeFound(t *testing.T) {
	for _, typ := range []string{"text", "varchar", "varchar(20)", "bytea", "int2", "int4", "int8", "numeric(12,2)", "numeric(12)", "date", "timestamp", "timestamptz(3)", "uuid"} {
		for _, form := range []string{FormDeterministic, FormTerm} {
			if _, err := loadText(edit(t, "{type: text}", `{type: "`+typ+`", search: equality, equality: {form: `+form+`}}`)); err != nil {
				t.Errorf("%s, %s: %v", typ, form, err)
			}
		}
	}
}

func TestFieldsOfADomainMustBeComparable(t *testing.T) {
	const base = "type: text, search: equality"
	for _, test := range []struct{ a, b, differs string }{
		{base, base + ", equality: {domain: customer_email}", ""},
		{base, `type: varchar(20), search: equality, equality: {domain: customer_email}`, ""},
		{base + ", equality: {domain: d}", base + ", equality: {domain: e, form: term}", ""},
		{"type: text", "type: int8, search: equality, equality: {domain: customer_email}", ""},
		{base, "type: int8, search: equality, equality: {domain: customer_email}", "type"},
		{`type: "numeric(9,2)", search: equality`, `type: "numeric(12,2)", search: equality, equality: {domain: customer_email}`, ""},
		{`type: "numeric(9,2)", search: equality`, `type: "numeric(9,3)", search: equality, equality: {domain: customer_email}`, "type"},
		{base, base + ", equality: {domain: customer_email, form: term}", "form"},
		{base + ", equality: {form: term, normalise: [lower]}", base + ", equality: {form: term, domain: customer_email}", "list of normalisers"},
	} {
		text := edit(t, "{type: text}", "{"+test.a+"}\n  other: {"+test.b+"}")
		text = strings.Replace(text, "{field: customer_email}", "{field: customer_email}\n      other: {field: other}", 1)
		_, err := loadText(text)
		switch {
		case test.differs == "" && err != nil:
			t.Errorf("%s and %s: %v", test.a, test.b, err)
		case test.differs != "" && (err == nil || !strings.Contains(err.Error(), "field customer_email, which has another "+test.differs+"; give both the same")):
			t.Errorf("%s and %s: %v; want another %s", test.a, test.b, err, test.differs)
		}
	}
}
