package configs

import (
	"maps"
	"slices"
	"strings"
)

// envPrefix starts the name of every setting in the environment.
const envPrefix = "KEYASIDE_"

// position is a place in a file, both counted from 1.
type position struct{ line, column int }

// origins remember where each setting was given, so that a fault that shows only later can still be traced to its line.
type origins struct {
	file      string
	positions map[string]position // by setting: postgres.listen, tables[0].columns.email
	variables map[string]bool     // environment variables that gave a setting
}

// problem reports a fault of the setting, at its own place, at that of a part of it, or at that of the nearest section
// around it.
func (o *origins) problem(path, what, todo string) Problem {
	p := Problem{Source: o.file, Path: path, What: what, Remedy: todo}
	for at := path; at != ""; at = parentPath(at) {
		if name := variableName(at); o.variables[name] {
			p.Source = name
			return p
		}
		if pos, ok := o.positions[at]; ok {
			p.Line, p.Column = pos.line, pos.column
			return p
		}
		if name := o.variableUnder(at); name != "" && at == path {
			p.Source = name
			return p
		}
	}
	return p
}

// variableUnder is the first variable that gave a part of a section.
func (o *origins) variableUnder(path string) string {
	prefix := variableName(path) + "_"
	for _, name := range slices.Sorted(maps.Keys(o.variables)) {
		if strings.HasPrefix(name, prefix) {
			return name
		}
	}
	return ""
}

// given reports whether the setting itself was written, in the file or as a variable.
func (o *origins) given(path string) bool {
	_, inFile := o.positions[path]
	return inFile || o.variables[variableName(path)]
}

// variableName is the environment variable of a setting: tables[0].name is KEYASIDE_TABLES_0_NAME.
func variableName(path string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "[", "_", "]", "").Replace(path))
}

// parentPath is the section around a setting, "" at the top.
func parentPath(path string) string {
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}

// childPath is the setting named key in a section.
func childPath(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
