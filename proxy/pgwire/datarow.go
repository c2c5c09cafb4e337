package pgwire

// DataRow gives the values of a DataRow body in place (PostgreSQL documentation, 55.7).
type DataRow struct {
	Values []Param // reused by the next Decode; the values lie in the decoded body
}

// Decode reads body. It does not allocate once Values has grown to the row's width.
func (d *DataRow) Decode(body []byte) error {
	r := reader{rest: body}
	n := r.count(4)
	d.Values = d.Values[:0]
	for range n {
		v, null := r.value()
		d.Values = append(d.Values, Param{Value: v, Null: null})
	}
	if !r.end() {
		return Malformed("DataRow")
	}
	return nil
}
