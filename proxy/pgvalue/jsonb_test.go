package pgvalue

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestRandomDocumentsBecomeTheServersText covers what a table of samples cannot: sorting and removing duplicates
// together with nesting.
func TestRandomDocumentsBecomeTheServersText(t *testing.T) {
	o := newOracle(t)
	random := rand.New(rand.NewPCG(1, 1))
	for range 1500 {
		v := source{[]byte(randomDocument(random, 4)), TextFormat, 0}
		if got, want := ours(t, JSONB, v, &Settings{}), o.store(JSONB, v); got != want || got.code != "" {
			t.Fatalf("%s:\n ours   %v\n server %v", v.bytes, got, want)
		}
	}
}

func randomDocument(random *rand.Rand, depth int) string {
	scalars := []string{"1", "-0.50", "12e3", "7E-2", "true", "null", `""`, `"\u00e4\n"`, `"x"`, "0.0e2"}
	keys := []string{"", "a", "b", "aa", "Ä", `\u0061`, `\"`, "z\U0001F600", "long key", `\t`}
	kind := random.IntN(3)
	if depth == 0 || kind == 0 {
		return scalars[random.IntN(len(scalars))]
	}
	var parts []string
	for range random.IntN(6) {
		part := randomDocument(random, depth-1)
		if kind == 1 {
			part = `"` + keys[random.IntN(len(keys))] + `" :` + part
		}
		parts = append(parts, part)
	}
	list := strings.Join(parts, ",  ")
	if kind == 1 {
		return "{ " + list + "}"
	}
	return "[" + list + " ]"
}

func jsonbCode(document string) string {
	_, err := JSONB.AppendCanonical(nil, []byte(document), TextFormat, 0)
	var refused *Error
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func TestNestingIsBounded(t *testing.T) {
	nested := func(open, closing string, depth int) string {
		return strings.Repeat(open, depth) + closing + strings.Repeat(strings.NewReplacer("[", "]", `{"a":`, "}").Replace(open), depth)
	}
	for _, open := range []string{"[", `{"a":`} {
		if code := jsonbCode(nested(open, "1", jsonbDepth-1)); code != "" {
			t.Errorf("%d levels are refused: %s", jsonbDepth-1, code)
		}
		for _, depth := range []int{jsonbDepth, jsonbDepth + 1, 1_000_000} {
			if code := jsonbCode(nested(open, "1", depth)); code != codeTooComplex {
				t.Errorf("%d levels: %q, want %s", depth, code, codeTooComplex)
			}
		}
	}
}

func TestGrowthOfNumbersIsBounded(t *testing.T) {
	numbers := func(n int) string { return "[" + strings.Repeat("1e100000,", n) + "1]" }
	if code := jsonbCode(numbers(10)); code != "" {
		t.Errorf("10 long numbers are refused: %s", code)
	}
	if code := jsonbCode(numbers(11)); code != codeLimitExceeded {
		t.Errorf("11 long numbers: %q, want %s", code, codeLimitExceeded)
	}
}

// TestDeepDocumentsTakeLinearTime would take minutes if every level copied what it holds.
func TestDeepDocumentsTakeLinearTime(t *testing.T) {
	payload := `"` + strings.Repeat("x", 4<<20) + `"`
	document := payload
	document = strings.Repeat(`{"b":`, 5000) + document + strings.Repeat(`,"a":1}`, 5000)
	start := time.Now()
	if code := jsonbCode(document); code != "" {
		t.Fatal(code)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("%v for %d bytes", took, len(document))
	}
}

func TestObjectKeysAreOrderedByLengthThenBytes(t *testing.T) {
	got, err := JSONB.AppendCanonical(nil, []byte(`{"b":1,"aa":2,"Z":3,"é":4,"":5,"b":6}`), TextFormat, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"": 5, "Z": 3, "b": 6, "aa": 2, "é": 4}`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func BenchmarkJSONBAppendCanonical(b *testing.B) {
	for _, members := range []int{3, 100, 10000} {
		var document strings.Builder
		for i := range members {
			fmt.Fprintf(&document, `,"key%d":{"name":"value \u00e9","n":%d.5}`, (i*7919)%members, i)
		}
		src := []byte("{" + document.String()[1:] + "}")
		b.Run(fmt.Sprintf("%d members", members), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(src)))
			var dst []byte
			for b.Loop() {
				dst, _ = JSONB.AppendCanonical(dst[:0], src, TextFormat, 0)
			}
		})
	}
}
