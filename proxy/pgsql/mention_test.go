package pgsql

import (
	"strings"
	"testing"
)

func TestNamesInOpaqueTextAreFoundAsWords(t *testing.T) {
	long := strings.Repeat("l", maxName)
	m := newBodyNames([]string{"customers", `Odd "Table"`, "naïve", "a$b", long})
	for text, want := range map[string]bool{
		"select from customers": true, "SELECT FROM Customers;": true, `"customers"`: true, "'customers'": true,
		"$$customers$$": true, "$customers$": true, "public.customers.id": true, "1customers": true,
		"customers2": false, "old_customers": false, "customers_total()": false, "": false, "nothing": false,
		`E'insert into\ncustomers'`: true, `U&"\0063ustomers"`: true,
		`"Odd ""Table"""`: true, "a_naïve_name": true, "xa$bx": true, "a$c": false,
		long + "er": true, "x" + long: false, "customersé": true,
	} {
		if _, got := m.match(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
