package configs

import (
	"encoding"
	"reflect"
	"strconv"
	"strings"
)

// fieldsByKey returns the settings of a section by their YAML keys.
func fieldsByKey(section reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range section.NumField() {
		if key := section.Type().Field(i).Tag.Get("yaml"); key != "" {
			fields[key] = section.Field(i)
		}
	}
	return fields
}

// setDefaults gives every setting in v the value of its default tag. Sections behind a nil pointer stay absent.
func setDefaults(v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		field, tag := v.Field(i), v.Type().Field(i).Tag
		if text, ok := tag.Lookup("default"); ok {
			setDefault(field, text)
		} else if tag.Get("yaml") != "" {
			setDefaults(field)
		}
	}
}

// setDefault panics on a default that does not parse: the program is wrong, and a test reads them all.
func setDefault(field reflect.Value, text string) {
	var err error
	if u, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		err = u.UnmarshalText([]byte(text))
	} else {
		switch field.Kind() {
		case reflect.String:
			field.SetString(text)
		case reflect.Int:
			var n int64
			n, err = strconv.ParseInt(text, 10, 64)
			field.SetInt(n)
		case reflect.Bool:
			var b bool
			b, err = strconv.ParseBool(text)
			field.SetBool(b)
		}
	}
	if err != nil {
		panic("configs: default " + text + ": " + err.Error())
	}
}

// suggestion is the remedy for an unknown name: the nearest known one, or all of them.
func suggestion(name string, known []string) string {
	for _, k := range known {
		if near(strings.ToLower(name), strings.ToLower(k)) {
			return "did you mean " + k + "?"
		}
	}
	return "known here: " + strings.Join(known, ", ")
}

// near reports whether one spelling is a slip away from the other: an edit or, from eight letters on, two.
func near(a, b string) bool {
	return distance(a, b) <= max(1, min(len(a), len(b))/4)
}

// distance is Levenshtein's: the fewest insertions, removals and exchanges of bytes that make a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
