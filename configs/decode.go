package configs

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a YAML text, checked before the parser runs: it recurses, and real configurations are far smaller.
const (
	maxTextBytes = 1 << 20
	maxDepth     = 64
)

// decoder fills configuration types from YAML's syntax tree. goccy/go-yaml's own decoder is not used above the tree,
// since even its strict mode turns 1.5 into 1, drops a map that has a number as key, stops at the first fault, and
// reports faults of a value's own parser without a place.
type decoder struct {
	source    string
	positions map[string]position
	problems  Problems
}

// decodeText decodes one YAML document into the value that into points to.
func decodeText(source string, text []byte, into any) (map[string]position, Problems) {
	d := &decoder{source: source, positions: map[string]position{}}
	if body := d.parse(text); body != nil {
		d.value("", body, reflect.ValueOf(into).Elem())
	}
	return d.positions, d.problems
}

// parse returns the body of the only document, nil if it is empty or there are problems.
func (d *decoder) parse(text []byte) ast.Node {
	if what := tooLarge(text); what != "" {
		d.problems = append(d.problems, Problem{Source: d.source, What: what, Remedy: "is this a configuration of Keyaside?"})
		return nil
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		d.syntax(err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && body != nil {
			d.report("", start(doc.Body), "is a second document", "keep one configuration per file")
			return nil
		}
		if doc.Body != nil {
			body = doc.Body
		}
	}
	return body
}

// tooLarge guards the recursive parser by an upper bound of the nesting: what brackets and the first column that is
// indented by dashes, question marks or blanks can open.
func tooLarge(text []byte) string {
	if len(text) > maxTextBytes {
		return fmt.Sprintf("has more than %s", Bytes(maxTextBytes))
	}
	depth := 0
	for line := range strings.Lines(string(text)) {
		lead := len(line) - len(strings.TrimLeft(line, " -?:"))
		if lead > 4*maxDepth {
			return fmt.Sprintf("is nested more than %d levels deep", maxDepth)
		}
		depth += strings.Count(line, "[") + strings.Count(line, "{") - strings.Count(line, "]") - strings.Count(line, "}")
		if depth = max(depth, 0); depth > maxDepth || strings.Count(line, "[")+strings.Count(line, "{") > 4096 {
			return fmt.Sprintf("is nested more than %d levels deep", maxDepth)
		}
	}
	return ""
}

// syntax reports an error of the YAML parser, by its message alone: its long form quotes the lines around the fault.
func (d *decoder) syntax(err error) {
	what, tok := "is not YAML", (*token.Token)(nil)
	if yamlErr, ok := err.(yaml.Error); ok {
		what, tok = yamlErr.GetMessage(), yamlErr.GetToken()
	}
	d.report("", tok, what, "correct the line, and mind its indentation")
}

func (d *decoder) report(path string, tok *token.Token, what, todo string) {
	p := Problem{Source: d.source, Path: path, What: what, Remedy: todo}
	if tok != nil && tok.Position != nil {
		p.Line, p.Column = tok.Position.Line, tok.Position.Column
	}
	d.problems = append(d.problems, p)
}

// value decodes a node into a settable value: sections recursively, single settings as scalars.
func (d *decoder) value(path string, node ast.Node, into reflect.Value) {
	switch n := node.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		d.report(path, node.GetToken(), "uses an anchor, an alias or a tag", "write the value out")
		return
	case *ast.MappingValueNode: // a map of one entry that the parser left bare
		node = &ast.MappingNode{BaseNode: n.BaseNode, Start: n.Start, Values: []*ast.MappingValueNode{n}}
	}
	if into.Kind() == reflect.Pointer {
		if into.IsNil() {
			into.Set(reflect.New(into.Type().Elem()))
			setDefaults(into.Elem())
		}
		into = into.Elem()
	}
	_, isText := into.Addr().Interface().(encoding.TextUnmarshaler)
	switch kind := into.Kind(); {
	case kind == reflect.Struct:
		d.section(path, node, into)
	case kind == reflect.Map:
		d.mapping(path, node, into)
	case kind == reflect.Slice:
		d.sequence(path, node, into)
	case isText || kind == reflect.String || kind == reflect.Int || kind == reflect.Bool:
		d.scalar(path, node, into)
	default:
		panic("configs: no way to decode a " + into.Type().String())
	}
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	token *token.Token
	value ast.Node
}

// entries returns the entries of a mapping; repeated keys are the parser's errors already.
func (d *decoder) entries(path string, node ast.Node) []entry {
	m, ok := node.(*ast.MappingNode)
	if !ok {
		if node.Type() != ast.NullType { // "limits:" with nothing below it is an empty section
			d.report(path, start(node), "must be a section of settings", "write its settings below it, indented, as key: value")
		}
		return nil
	}
	var all []entry
	for _, kv := range m.Values {
		key, ok := kv.Key.(*ast.StringNode)
		if !ok {
			d.report(path, kv.Key.GetToken(), "has a key that is not plain text", "put the key in quotes, and write anchors out")
			continue
		}
		all = append(all, entry{key.Value, key.GetToken(), kv.Value})
	}
	return all
}

func (d *decoder) section(path string, node ast.Node, into reflect.Value) {
	if _, secret := into.Addr().Interface().(*SecretRef); secret && isScalar(node) {
		d.report(path, node.GetToken(), "is a secret written into the configuration",
			"write {file: PATH}, {env: NAME} or {fd: NUMBER} here, and treat the secret as known to others")
		return
	}
	fields := fieldsByKey(into)
	for _, e := range d.entries(path, node) {
		child := childPath(path, e.key)
		field, ok := fields[e.key]
		if !ok {
			d.report(child, e.token, "is not a setting", suggestion(e.key, slices.Sorted(maps.Keys(fields))))
			continue
		}
		d.positions[child] = position{e.token.Position.Line, e.token.Position.Column}
		d.value(child, e.value, field)
	}
}

func (d *decoder) mapping(path string, node ast.Node, into reflect.Value) {
	into.Set(reflect.MakeMap(into.Type()))
	for _, e := range d.entries(path, node) {
		child := childPath(path, e.key)
		d.positions[child] = position{e.token.Position.Line, e.token.Position.Column}
		item := reflect.New(into.Type().Elem()).Elem()
		setDefaults(item)
		d.value(child, e.value, item)
		into.SetMapIndex(reflect.ValueOf(e.key), item)
	}
}

func (d *decoder) sequence(path string, node ast.Node, into reflect.Value) {
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		if node.Type() != ast.NullType {
			d.report(path, start(node), "must be a list", `start each entry with "- "`)
		}
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(list.Values), len(list.Values)))
	for i, n := range list.Values {
		child := fmt.Sprintf("%s[%d]", path, i)
		tok := start(n)
		d.positions[child] = position{tok.Position.Line, tok.Position.Column}
		setDefaults(into.Index(i))
		d.value(child, n, into.Index(i))
	}
}

// start is the token that a reader sees first: a block mapping's own token is its first colon.
func start(node ast.Node) *token.Token {
	if m, ok := node.(ast.MapNode); ok {
		if it := m.MapRange(); it.Next() {
			return it.Key().GetToken()
		}
	}
	return node.GetToken()
}

func isScalar(node ast.Node) bool {
	_, ok := node.(ast.ScalarNode)
	return ok && node.Type() != ast.NullType
}

// scalar decodes a single value, with no conversion between kinds that a reader would not expect.
func (d *decoder) scalar(path string, node ast.Node, into reflect.Value) {
	if !isScalar(node) {
		what := "must be a single value"
		if node.Type() == ast.NullType {
			what = "has no value"
		}
		d.report(path, start(node), what, "give it a value, or leave the key out")
		return
	}
	if err := setScalar(node, into); err != nil {
		what, todo := explain(err)
		d.report(path, node.GetToken(), what, todo)
	}
}

func setScalar(node ast.Node, into reflect.Value) error {
	text, isText := scalarText(node)
	if u, ok := into.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch into.Kind() {
	case reflect.String:
		if !isText {
			return fmt.Errorf("must be text%w", remedy("put it in quotes"))
		}
		into.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil || node.Type() != ast.IntegerType {
			return errInteger
		}
		into.SetInt(int64(n))
	case reflect.Bool:
		b, ok := node.(*ast.BoolNode)
		if !ok {
			return errBool
		}
		into.SetBool(b.Value)
	}
	return nil
}

// scalarText returns what was written, and whether YAML takes it for text.
func scalarText(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	default:
		return node.GetToken().Value, false
	}
}

var (
	errInteger = fmt.Errorf("is not a whole number%w", remedy("write digits alone, without quotes"))
	errBool    = fmt.Errorf("is neither true nor false%w", remedy("write true or false, without quotes"))
)
