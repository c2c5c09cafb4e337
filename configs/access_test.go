package configs

import (
	"slices"
	"strings"
	"testing"
)

// withField loads the minimal example with settings added to its field.
func withField(t *testing.T, typ, settings string) (*Config, error) {
	t.Helper()
	return loadText(edit(t, "{type: text}", `{type: "`+typ+`", `+settings+"}"))
}

func TestFieldsWithoutRulesArePlaintextToAll(t *testing.T) {
	c, err := loadText(readExample(t, "minimal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if f := c.Fields["customer_email"]; f.Access.Default != TreatPlaintext || f.Access.Ruled() || f.Mask != nil {
		t.Errorf("got %+v", f)
	}
}

func TestRulesOfAccessLoad(t *testing.T) {
	c, err := withField(t, "text", "access: {default: masked, roles: {dba: plaintext, Intern: denied, analyst: ciphertext}}, mask: {constant: ''}")
	if err != nil {
		t.Fatal(err)
	}
	f := c.Fields["customer_email"]
	if f.Access.Default != TreatMasked || f.Access.Roles["Intern"] != TreatDenied || !f.Access.Ruled() || *f.Mask.Constant != "" {
		t.Errorf("got %+v", f)
	}
	roles := c.RuledRoles()
	if slices.Sort(roles); !slices.Equal(roles, []string{"Intern", "analyst", "dba"}) {
		t.Errorf("roles with rules: %v", roles)
	}
}

func TestMaskFitsTheType(t *testing.T) {
	for _, c := range []struct {
		typ, mask string
		fits      bool
	}{
		{"text", "last: 4", true}, {"varchar(20)", "first: 1", true}, {"text", "email: true", true}, {"int4", "last: 4", false},
		{"date", "year: true", true}, {"timestamptz(3)", "year: true", true}, {"text", "year: true", false},
		{"int2", "round: 10000", true}, {"numeric(10,2)", "round: 1000", true}, {"text", "round: 10", false}, {"int4[]", "round: 10", false},
		{"jsonb", "hidden: true", true}, {"text[]", "constant: '{}'", true}, {"bool", "constant: 'f'", true}, {"json", "last: 1", false},
	} {
		_, err := withField(t, c.typ, "mask: {"+c.mask+"}")
		if (err == nil) != c.fits {
			t.Errorf("%s of %s: %v", c.mask, c.typ, err)
		}
		if err != nil && !strings.Contains(err.Error(), "; write one of {") {
			t.Errorf("%s of %s: the remedy is missing: %v", c.mask, c.typ, err)
		}
	}
}

func TestFaultyAccessIsReportedWithPlaceAndRemedy(t *testing.T) {
	for settings, want := range map[string]string{
		"access: {default: readable}":                   "k.yaml:20:43: fields.customer_email.access.default: has an unknown value; write one of plaintext, masked, ciphertext, denied",
		"access: {roles: {a: hidden}}, mask: {last: 4}": "k.yaml:20:51: fields.customer_email.access.roles.a: has an unknown value",
		"access: {roles: {a: masked}}":                  `k.yaml:20:3: fields.customer_email.mask: is missing, and a role is treated as masked; write one of {last: 4}, {first: 1}, {email: true}, {constant: "…"}, {hidden: true}`,
		"mask: {last: 4, first: 1}":                     "k.yaml:20:34: fields.customer_email.mask: must have exactly one rule",
		"mask: {}":                                      "k.yaml:20:34: fields.customer_email.mask: must have exactly one rule",
		"mask: {last: 0}":                               "k.yaml:20:41: fields.customer_email.mask.last: is less than 1",
		"mask: {lst: 4}":                                "k.yaml:20:41: fields.customer_email.mask.lst: is not a setting; did you mean last?",
	} {
		checkFault(t, settings, edit(t, "{type: text}", `{type: "text", `+settings+"}"), want)
	}
	for settings, want := range map[string]string{
		"round: 500":    "fields.customer_email.mask.round: is not a power of ten; write 10, 100, 1000",
		"round: 1":      "fields.customer_email.mask.round: is not a power of ten",
		"round: -10":    "fields.customer_email.mask.round: is not a power of ten",
		"round: 100000": "fields.customer_email.mask.round: is more than values of type int2 can be",
	} {
		if _, err := withField(t, "int2", "mask: {"+settings+"}"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", settings, err, want)
		}
	}
}

func TestModeIsEnforceUnlessItIsSet(t *testing.T) {
	c, err := loadText(readExample(t, "minimal.yaml"))
	if err != nil || c.Postgres.Mode != ModeEnforce {
		t.Errorf("mode %q, %v", c.Postgres.Mode, err)
	}
	for settings, want := range map[string]string{
		"mode: watch":              "postgres.mode: has an unknown value; write one of enforce, observe",
		"observe: {every: 10ms}":   "postgres.observe.every: is less than 1s; write at least 1s",
		"observe: {statements: 0}": "postgres.observe.statements: is out of range; write 1 to 100000",
	} {
		if _, err := loadText(edit(t, "  catalog:", "  "+settings+"\n  catalog:")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", settings, err, want)
		}
	}
}
