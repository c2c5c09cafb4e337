package main

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// customer is one row of the demo's table. nil is NULL.
type customer struct {
	ID           int64
	Tenant, City string
	Name, Email  string
	Card, Note   *string
	Born         *time.Time
}

// Bounds of --rows: the three featured customers and one more of each tenant, and a load of some seconds.
const (
	demoMinRows = 6
	demoMaxRows = 1_000_000
)

var demoTenants = []string{"acme", "globex", "initech"}

// featured are the first customers, one of each tenant, who are shown side by side.
var featured = []customer{
	{City: "Köln", Name: "Zoë Müller-Lüdenscheidt", Email: "zoe.mueller@example.com", Card: ptr("4111 1111 1111 1111"),
		Born: ptr(birthday(1984, time.February, 29)), Note: ptr(`100% "the usual" customer 🎉`)},
	{City: "Казань", Name: "Андрей Волков", Email: "andrey.volkov@example.org", Card: nil,
		Born: ptr(birthday(1971, time.November, 5)), Note: ptr(`it's Olga's birthday on Friday 🎂`)},
	{City: "京都", Name: "田中 美咲", Email: "misaki.tanaka@example.net", Card: ptr("5555 5555 5555 4444"),
		Born: nil, Note: ptr(`C:\temp? She "doesn't mind" 🤷`)},
}

func ptr[T any](v T) *T { return &v }

func birthday(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// customers makes n customers, the same ones each time; their ids begin with 1 and their tenants alternate.
func customers(n int) []customer {
	random := rand.New(rand.NewPCG(2026, 1)) // a data set, not a secret
	all := make([]customer, n)
	for i := range all {
		if i < len(featured) {
			all[i] = featured[i]
		} else {
			all[i] = randomCustomer(random, i)
		}
		all[i].ID, all[i].Tenant = int64(i+1), demoTenants[i%len(demoTenants)]
	}
	return all
}

func randomCustomer(r *rand.Rand, i int) customer {
	p := people[r.IntN(len(people))]
	given, family := r.IntN(len(p.given)), r.IntN(len(p.family))
	c := customer{
		City:  p.cities[r.IntN(len(p.cities))],
		Name:  p.join(p.given[given].name, p.family[family].name),
		Email: fmt.Sprintf("%s.%s.%d@example.%s", p.given[given].ascii, p.family[family].ascii, i+1, []string{"com", "net", "org"}[r.IntN(3)]),
	}
	if r.IntN(8) > 0 {
		c.Card = ptr(randomCard(r))
	}
	if r.IntN(20) > 0 {
		c.Born = ptr(birthday(1930, time.January, 1).AddDate(0, 0, r.IntN(78*365)))
	}
	if r.IntN(3) > 0 {
		c.Note = ptr(notes[r.IntN(len(notes))])
	}
	return c
}

// cardPrefixes begin the numbers that payment networks publish for tests; total is the length in digits.
var cardPrefixes = []struct {
	digits string
	total  int
}{{"41111111", 16}, {"55555555", 16}, {"37828224", 15}, {"60111111", 16}, {"35301113", 16}}

// randomCard returns a card number that passes the Luhn check (ISO/IEC 7812-1, annex B).
func randomCard(r *rand.Rand) string {
	p := cardPrefixes[r.IntN(len(cardPrefixes))]
	number := []byte(p.digits)
	for len(number) < p.total-1 {
		number = append(number, byte('0'+r.IntN(10)))
	}
	check := (10 - luhn(append(number, '0'))%10) % 10
	return string(append(number, byte('0'+check)))
}

// luhn is the weighted sum of a number's digits, a multiple of 10 where the check digit is right.
func luhn(number []byte) int {
	sum := 0
	for i, c := range number {
		d := int(c - '0')
		if (len(number)-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}
