package pgproxy

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/keyaside/keyaside/proxy/pgsql"
)

// supportFile has the statements of which docs/sql-support.md tells what becomes of them. A block's comment
// "-- feature: Section / Feature" names its row in the table; a block without one only prepares for others.
const (
	supportFile  = "testdata/twin/90_support.sql"
	supportTable = "../../docs/sql-support.md"
)

const supportIntro = `# What becomes of each kind of statement

Made from the tests: each example runs through the proxy and, on a twin database without protection, directly; both must
give the same rows, types, tags and errors. ` + "`go test ./proxy/pgproxy -run TestTwins -update`" + ` writes this page.

- **passes**: goes to the server as it came; nothing in it is protected.
- **sealed, opened**: the text goes as it came, parameters are sealed and results opened.
- **literals sealed**: the same, and sealed literals take the place of those in the text.
- **rewritten**: the text is edited where it must be, for instance by a hidden column for the tenant of each row.
- **refused**: an error names the column, the reason and what to write instead. Nothing is sent to the server.

In the examples ` + "`email`, `note`, `points` and `born`" + ` of ` + "`customers`" + ` are protected and ` + "`tenant_id`" + ` names the tenant of a
row; ` + "`secret` of `vault`" + ` is protected for one tenant.
`

// checkSupport compares the table with what became of the statements.
func checkSupport(t *testing.T, planner *pgsql.Planner, golden *refusals) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString(supportIntro)
	section := ""
	for _, block := range readBlocks(t, supportFile) {
		if block.feature == "" {
			continue
		}
		head, feature, ok := strings.Cut(block.feature, " / ")
		if !ok {
			t.Fatalf("%s: a feature is named \"Section / Feature\"", block.where())
		}
		if head != section {
			section = head
			fmt.Fprintf(&b, "\n## %s\n\n| | example | outcome |\n|---|---|---|\n", section)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", feature, inCell(block.text), supportOf(planner, block, golden))
	}
	if *update {
		if err := os.WriteFile(supportTable, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(supportTable)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s differs; run with -update and read the difference:\n%s", supportTable, diff)
	}
}

func supportOf(planner *pgsql.Planner, b block, golden *refusals) string {
	for _, r := range golden.entries {
		if r.file == b.file && r.line == b.line {
			reason, hint, _ := strings.Cut(strings.TrimSpace(r.reason), "\n")
			_, reason, _ = strings.Cut(reason, " ")
			reason, _, _ = strings.Cut(reason, " (at ")
			return strings.ReplaceAll(fmt.Sprintf("**refused**: %s. %s", reason, strings.TrimPrefix(strings.TrimSpace(hint), "hint: ")), "|", `\|`)
		}
	}
	if code, ok := golden.invalid[b.where()]; ok {
		return "error " + code + ", as without protection"
	}
	switch plan := planner.Plan([]byte(b.text), &pgsql.Session{}); {
	case plan == nil || plan.Refusal == nil && !plan.Protected():
		return "passes"
	case len(plan.Edits) == 0:
		return "sealed, opened"
	case onlyLiterals(plan.Edits):
		return "literals sealed"
	}
	return "rewritten"
}

func onlyLiterals(edits []pgsql.Edit) bool {
	for i := range edits {
		if edits[i].Literal == nil {
			return false
		}
	}
	return true
}

// inCell spells a statement in a cell of a table.
func inCell(text string) string {
	return "`" + strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`) + "`"
}
