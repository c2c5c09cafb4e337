package oracle

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	libpgquery "github.com/pganalyze/pg_query_go/v6/parser"
	"github.com/sqlc-dev/oliphant/parser"
)

// texts are the statements of the planner's and the session's test data.
func texts(t testing.TB) []string {
	t.Helper()
	var list []string
	for _, pattern := range []string{"../testdata/plan/*.txt", "../../pgproxy/testdata/twin/*.sql"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files: %v", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, block := range strings.Split(string(data), "\n\n") {
				text, _, _ := strings.Cut(block, "\n----\n") // behind it stands what the planner makes of it
				list = append(list, text)
			}
		}
	}
	return list
}

// same compares what both parsers say of a text.
func same(text string) (difference string, accepted bool) {
	want, errC := libpgquery.ParseToJSON(text)
	got, errGo := parser.ParseToJSON(text)
	if (errC == nil) != (errGo == nil) {
		return fmt.Sprintf("libpg_query: %v\nthe planner's parser: %v", errC, errGo), false
	}
	if errC != nil {
		return "", false
	}
	return gocmp.Diff(tree(want), tree(got)), true
}

// definitions are statements whose nodes differ between the versions of the grammar, and in which nothing is spliced.
var definitions = map[string]bool{"CreateStmt": true, "AlterTableStmt": true, "NotifyStmt": true, "CreateDomainStmt": true, "AlterDomainStmt": true}

// tree reads a tree's JSON, without what only a newer grammar has and without its version.
func tree(text string) any {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return err.Error()
	}
	return normal(v)
}

func normal(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = normal(v[i])
		}
	case map[string]any:
		for key := range v {
			if newer[key] || definitions[key] {
				delete(v, key)
			}
		}
		if clause, ok := v["returningClause"].(map[string]any); ok { // since 18 a node around the list
			delete(v, "returningClause")
			v["returningList"] = clause["exprs"]
		}
		negatedString(v)
		for key, x := range v {
			if node, ok := x.(map[string]any); ok && (key == "VariableSetStmt" || key == "FunctionParameter") {
				delete(node, "location")
			}
			v[key] = normal(x)
		}
	}
	return v
}

// negatedString drops the location of a string behind a unary minus, which libpg_query takes from the minus.
func negatedString(expr map[string]any) {
	right, _ := expr["rexpr"].(map[string]any)
	constant, _ := right["A_Const"].(map[string]any)
	if _, isString := constant["sval"]; isString && expr["lexpr"] == nil {
		delete(constant, "location")
	}
}

// newer are what only one of the versions has: locations that nothing is spliced at, and what 18 added to constraints.
var newer = map[string]bool{"version": true, "stmt_len": true, "stmt_location": true, "arg_location": true, "is_enforced": true, "generated_kind": true,
	"list_start": true, "list_end": true, "rexpr_list_start": true, "rexpr_list_end": true, "jumble_args": true}

// TestStatementsParseAsInPostgreSQL parses every statement of the test data.
func TestStatementsParseAsInPostgreSQL(t *testing.T) {
	n := 0
	for _, text := range texts(t) {
		diff, accepted := same(text)
		if diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
		if accepted {
			n++
		}
	}
	t.Logf("%d texts", n)
	if n < 300 {
		t.Errorf("only %d texts were parsed", n)
	}
}

// TestMutantsParseAsInPostgreSQL exchanges, drops and repeats words of statements. KEYASIDE_MUTANTS is how many,
// KEYASIDE_SEED which.
func TestMutantsParseAsInPostgreSQL(t *testing.T) {
	mutants, seed := number("KEYASIDE_MUTANTS", 20000), number("KEYASIDE_SEED", 1)
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	var words []string
	list := texts(t)
	for _, text := range list {
		words = append(words, strings.Fields(text)...)
	}
	accepted, disputed := 0, 0
	for range mutants {
		text := mutate(random, list[random.IntN(len(list))], words)
		diff, ok := same(text)
		switch {
		case ok && diff != "":
			t.Errorf("%s\n%s", text, diff)
		case diff != "":
			disputed++
			t.Logf("disputed: %s\n%s", text, diff)
		case ok:
			accepted++
		}
	}
	t.Logf("%d mutants: both accept %d, only one accepts %d", mutants, accepted, disputed)
	if accepted < mutants/50 {
		t.Errorf("only %d of %d mutants were parsed", accepted, mutants)
	}
	// A text that the server alone accepts is refused by the proxy; one that the parser alone accepts the server refuses.
	if disputed > mutants/200 {
		t.Errorf("%d of %d mutants are accepted by one parser only", disputed, mutants)
	}
}

func mutate(random *rand.Rand, text string, words []string) string {
	parts := strings.Fields(text)
	for range 1 + random.IntN(2) {
		if len(parts) < 2 {
			break
		}
		i, j := random.IntN(len(parts)), random.IntN(len(parts))
		switch random.IntN(4) {
		case 0:
			parts[i], parts[j] = parts[j], parts[i]
		case 1:
			parts = append(parts[:i:i], parts[i+1:]...)
		case 2:
			parts[i] = words[random.IntN(len(words))]
		default:
			parts = append(parts[:i:i], append([]string{words[random.IntN(len(words))]}, parts[i:]...)...)
		}
	}
	return strings.Join(parts, " ")
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}
