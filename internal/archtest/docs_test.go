package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// undocumented lists the folders that no table row or list item of the text names as `folder`.
func undocumented(text string, folders []string) []string {
	var missing []string
	for _, f := range folders {
		line := regexp.MustCompile("(?m)^[|*-] *`" + regexp.QuoteMeta(f) + "`")
		if !line.MatchString(text) {
			missing = append(missing, f)
		}
	}
	return missing
}

func topLevelFolders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, e := range entries {
		ignored := []string{".git", ".tools", "bin"}
		if e.IsDir() && !slices.Contains(ignored, e.Name()) {
			folders = append(folders, e.Name())
		}
	}
	return folders
}

func TestEveryFolderHasASentenceInArchitecture(t *testing.T) {
	text := read(t, "ARCHITECTURE.md")
	for _, f := range undocumented(text, topLevelFolders(t)) {
		t.Errorf("folder %s is not in ARCHITECTURE.md: begin a row or an item with `%s`", f, f)
	}
	for _, p := range undocumented(text, loadGraph(t).own()) {
		t.Errorf("package %s is not in ARCHITECTURE.md: begin a row or an item with `%s`", p, p)
	}
}

// modules lists the modules whose packages ours import, tests included.
func (g graph) modules() []string {
	var found []string
	for _, p := range g.own() {
		for _, q := range slices.Concat(g[p].imports, g[p].testImports) {
			if m := g[q].module; m != "" && m != module {
				found = append(found, m)
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryDirectDependencyIsExplained(t *testing.T) {
	g := loadGraph(t)
	for _, m := range undocumented(read(t, "docs/dependencies.md"), g.modules()) {
		t.Errorf("module %s is not in docs/dependencies.md: give it a row", m)
	}
}

// stale lists the rows of the dependency document whose module, at that version, go.mod does not require.
func stale(document, gomod string) []string {
	var bad []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]+)`").FindAllStringSubmatch(document, -1) {
		if required := row[1] + " " + row[2]; !slices.Contains(strings.Fields(gomod), row[1]) || !strings.Contains(gomod, required) {
			bad = append(bad, required)
		}
	}
	return bad
}

func TestDependencyDocumentAgreesWithGoMod(t *testing.T) {
	for _, row := range stale(read(t, "docs/dependencies.md"), read(t, "go.mod")) {
		t.Errorf("docs/dependencies.md has %s, go.mod does not", row)
	}
}

func TestStaleDependencyRowIsFound(t *testing.T) {
	document := "| `a.b/c` | `v1.0.0` | why |\n| `a.b/d` | `v1.0.0` | why |\n| `a.b/e` | `v1.0.0` | why |\n"
	if got := stale(document, "require (\n\ta.b/c v1.0.0\n\ta.b/d v1.1.0 // indirect\n)"); !slices.Equal(got, []string{"a.b/d v1.0.0", "a.b/e v1.0.0"}) {
		t.Errorf("got %q", got)
	}
}

func TestUndocumentedFolderIsFound(t *testing.T) {
	text := "| `proxy` | both proxies |\n- `audit`: the log\nin a sentence: `hsm`\n"
	if got := undocumented(text, []string{"proxy", "audit", "hsm", "pro"}); !slices.Equal(got, []string{"hsm", "pro"}) {
		t.Errorf("got %v, want hsm and pro", got)
	}
}
