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

func TestDependencyDocumentHasNoLeftovers(t *testing.T) {
	used := loadGraph(t).modules()
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\| `([^`]+)`").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		if !slices.Contains(used, row[1]) {
			t.Errorf("docs/dependencies.md explains %s, which nothing imports", row[1])
		}
		if !strings.Contains(read(t, "go.mod"), row[1]+" "+row[2]) {
			t.Errorf("docs/dependencies.md has %s at %s; go.mod has another version", row[1], row[2])
		}
	}
}

func TestUndocumentedFolderIsFound(t *testing.T) {
	text := "| `proxy` | both proxies |\n- `audit`: the log\nin a sentence: `hsm`\n"
	if got := undocumented(text, []string{"proxy", "audit", "hsm", "pro"}); !slices.Equal(got, []string{"hsm", "pro"}) {
		t.Errorf("got %v, want hsm and pro", got)
	}
}
