package pgvalue

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonNode is one value of a document. Its children are the nodes before it in the parser's list, joined by next.
type jsonNode struct {
	kind  jsontext.Kind // '{', '[', or another for a scalar
	key   span          // if the value is an object's member
	text  span          // a scalar as it is written
	first int32         // the last child read, 0 for none: children hang in reverse order of reading
	next  int32         // the sibling read before this one, 0 for none
}

// span is a part of jsonParser.text.
type span struct{ from, to int32 }

// jsonParser reads a document into a tree. A tree, and not the text of each object on the way, so that deep
// nesting costs no repeated copies of the inner text.
type jsonParser struct {
	dec     *jsontext.Decoder
	nodes   []jsonNode // nodes[0] is unused: index 0 means none
	text    []byte     // keys (unescaped) and scalars (as written out)
	scratch []byte     // one string, unescaped
	growth  int        // bytes that numbers may still grow by
}

func (p *jsonParser) add(n jsonNode) int32 {
	if len(p.nodes) == 0 {
		p.nodes = append(p.nodes, jsonNode{})
	}
	p.nodes = append(p.nodes, n)
	return int32(len(p.nodes) - 1)
}

// value reads the next value.
func (p *jsonParser) value(depth int) (int32, error) {
	if depth >= jsonbDepth {
		return 0, &Error{Code: codeTooComplex, Message: "the json document is nested too deeply"}
	}
	kind := p.dec.PeekKind()
	switch kind {
	case '{', '[':
		return p.container(kind, depth)
	case '"', '0', 'n', 't', 'f':
		text, err := p.scalar(kind)
		return p.add(jsonNode{kind: kind, text: text}), err
	}
	return 0, errInvalidText("json")
}

// container reads an object or array.
func (p *jsonParser) container(kind jsontext.Kind, depth int) (int32, error) {
	if _, err := p.dec.ReadToken(); err != nil {
		return 0, errInvalidText("json")
	}
	end := jsontext.Kind(kind + 2) // '{'+2 is '}', '['+2 is ']'
	last := int32(0)
	for p.dec.PeekKind() != end {
		var key span
		if kind == '{' {
			var err error
			if key, err = p.key(); err != nil {
				return 0, err
			}
		}
		child, err := p.value(depth + 1)
		if err != nil {
			return 0, err
		}
		p.nodes[child].key, p.nodes[child].next = key, last
		last = child
	}
	if _, err := p.dec.ReadToken(); err != nil {
		return 0, errInvalidText("json")
	}
	return p.add(jsonNode{kind: kind, first: last}), nil
}

// key reads a member's name and keeps it unescaped, the form in which names are compared.
func (p *jsonParser) key() (span, error) {
	raw, err := p.dec.ReadValue()
	if err != nil || raw.Kind() != '"' {
		return span{}, errInvalidText("json")
	}
	from := len(p.text)
	p.text, err = appendUnquoted(p.text, raw)
	return span{int32(from), int32(len(p.text))}, err
}

// scalar reads a string, number or literal and writes it as jsonb's output does.
func (p *jsonParser) scalar(kind jsontext.Kind) (span, error) {
	raw, err := p.dec.ReadValue()
	if err != nil {
		return span{}, errInvalidText("json")
	}
	from := len(p.text)
	switch kind {
	case '"':
		p.scratch, err = appendUnquoted(p.scratch[:0], raw)
		p.text = appendQuoted(p.text, p.scratch)
	case '0':
		err = p.number(raw)
	default:
		p.text = append(p.text, raw...)
	}
	return span{int32(from), int32(len(p.text))}, err
}

func (p *jsonParser) number(raw []byte) error {
	d, ok := parseDecimal(raw)
	if !ok {
		return errInvalidText("json")
	}
	if err := d.check(); err != nil {
		return err
	}
	before := len(p.text)
	p.text = d.appendTo(p.text)
	if p.growth -= max(len(p.text)-before-len(raw), 0); p.growth < 0 {
		return &Error{Code: codeLimitExceeded, Message: "the numbers of the json document are too long when written without exponents"}
	}
	return nil
}

// appendValue writes the tree under n.
func (p *jsonParser) appendValue(dst []byte, n int32) []byte {
	node := &p.nodes[n]
	switch node.kind {
	case '{':
		return p.appendObject(dst, node)
	case '[':
		dst = append(dst, '[')
		for i, child := range p.children(node) {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = p.appendValue(dst, child)
		}
		return append(dst, ']')
	}
	return append(dst, p.bytes(node.text)...)
}

func (p *jsonParser) appendObject(dst []byte, node *jsonNode) []byte {
	members := p.children(node)
	slices.SortStableFunc(members, func(a, b int32) int { return compareKeys(p.keyOf(a), p.keyOf(b)) })
	dst = append(dst, '{')
	start := len(dst)
	for i, m := range members {
		if i+1 < len(members) && bytes.Equal(p.keyOf(m), p.keyOf(members[i+1])) {
			continue // the last of equal keys wins
		}
		if len(dst) > start {
			dst = append(dst, ", "...)
		}
		dst = append(appendQuoted(dst, p.keyOf(m)), ": "...)
		dst = p.appendValue(dst, m)
	}
	return append(dst, '}')
}

// children returns a container's children in the order of the document.
func (p *jsonParser) children(node *jsonNode) []int32 {
	var list []int32
	for c := node.first; c != 0; c = p.nodes[c].next {
		list = append(list, c)
	}
	slices.Reverse(list)
	return list
}

func (p *jsonParser) bytes(s span) []byte  { return p.text[s.from:s.to] }
func (p *jsonParser) keyOf(n int32) []byte { return p.bytes(p.nodes[n].key) }

// compareKeys orders keys as jsonb stores them (lengthCompareJsonbString): by length in bytes, then by bytes.
func compareKeys(a, b []byte) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}
