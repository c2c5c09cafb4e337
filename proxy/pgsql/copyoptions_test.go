package pgsql

import "testing"

func TestOnlyCopyFromStdinIsAskedForRows(t *testing.T) {
	for text, want := range map[string]bool{
		"copy t from stdin":                            true,
		"COPY public.t (a, \"b\") FROM STDIN WITH csv": true,
		"\n/* one */ -- two\n\tCopy t\nFrom\n Stdin":   true,
		"copy t from 'file'":                           false,
		"copy t to stdout":                             false,
		"copying from stdin":                           false,
		"-- copy t from stdin":                         false,
		"insert into t values ('copy t from stdin')":   false,
		"": false,
	} {
		if got := beginsCopyIn(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
