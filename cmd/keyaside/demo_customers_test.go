package main

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCustomersAreTheSameEachTime(t *testing.T) {
	if !reflect.DeepEqual(customers(200), customers(300)[:200]) {
		t.Error("a longer data set begins differently")
	}
}

func TestEveryCardNumberPassesLuhn(t *testing.T) {
	for _, c := range customers(2000) {
		if c.Card == nil {
			continue
		}
		digits := strings.ReplaceAll(*c.Card, " ", "")
		if luhn([]byte(digits))%10 != 0 {
			t.Errorf("customer %d: %s does not pass", c.ID, *c.Card)
		}
	}
	if luhn([]byte("4111111111111112"))%10 == 0 {
		t.Error("a wrong check digit passes")
	}
}

func TestCustomersHaveWhatBreaksCarelessCode(t *testing.T) {
	all := customers(demoRows)
	for what, has := range map[string]func(customer) bool{
		"no card":          func(c customer) bool { return c.Card == nil },
		"no birth date":    func(c customer) bool { return c.Born == nil },
		"no note":          func(c customer) bool { return c.Note == nil },
		"an empty note":    func(c customer) bool { return c.Note != nil && *c.Note == "" },
		"a quote":          func(c customer) bool { return strings.Contains(c.Name, "'") },
		"an emoji":         func(c customer) bool { return c.Note != nil && strings.ContainsRune(*c.Note, '🎉') },
		"a name in Arabic": func(c customer) bool { return strings.ContainsAny(c.Name, "فايمن") },
		"a name in Hangul": func(c customer) bool { return strings.ContainsAny(c.Name, "김박") },
	} {
		found := false
		for _, c := range all {
			found = found || has(c)
		}
		if !found {
			t.Errorf("no customer has %s", what)
		}
	}
}

func TestCustomersAreValidAndSpreadOverTenants(t *testing.T) {
	count := map[string]int{}
	for i, c := range customers(demoRows) {
		count[c.Tenant]++
		if c.ID != int64(i+1) || c.Name == "" || !utf8.ValidString(c.Name) || !strings.Contains(c.Email, needle) {
			t.Errorf("customer %d is %+v", i+1, c)
		}
	}
	for _, tenant := range demoTenants {
		if count[tenant] != demoRows/len(demoTenants) {
			t.Errorf("tenant %s has %d customers", tenant, count[tenant])
		}
	}
}

func TestInsertTextNumbersItsParameters(t *testing.T) {
	got := insertText(2)
	want := "INSERT INTO customers (id, tenant_id, city, name, email, card, born, note) VALUES " +
		"($1, $2, $3, $4, $5, $6, $7, $8), ($9, $10, $11, $12, $13, $14, $15, $16)"
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestStoredValuesAreAbbreviated(t *testing.T) {
	for _, c := range []struct {
		value []byte
		want  string
	}{
		{nil, "NULL"},
		{[]byte("short"), "short"},
		{[]byte(`\xf54b` + strings.Repeat("00", 38)), `\xf54b` + strings.Repeat("00", 11) + "… (40 bytes)"},
		{[]byte("ks1." + strings.Repeat("A", 50)), "ks1." + strings.Repeat("A", 24) + "… (54 chars)"},
	} {
		if got := abbreviated(c.value); got != c.want {
			t.Errorf("abbreviated(%s) = %s, want %s", c.value, got, c.want)
		}
	}
}
