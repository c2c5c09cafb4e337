package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyaside/keyaside/keystore"
)

// keyView is a key record as it is shown: without wrapped bytes and commitment.
type keyView struct {
	ID         string     `json:"id"`
	Tenant     string     `json:"tenant"`
	Purpose    string     `json:"purpose"`
	Version    uint32     `json:"version"`
	State      string     `json:"state"`
	Algorithm  string     `json:"algorithm"`
	Bits       int        `json:"bits"`
	Created    time.Time  `json:"created"`
	Activated  *time.Time `json:"activated,omitempty"`
	Retired    *time.Time `json:"retired,omitempty"`
	Owner      string     `json:"owner"`
	CryptoDays int        `json:"cryptoperiod_days,omitempty"`
	Due        bool       `json:"rotation_due"`
	Reserved   uint64     `json:"messages_reserved"`
	WrappedBy  string     `json:"wrapped_by"` // the master key, or the id of the KEK
	Revision   uint64     `json:"revision"`
}

func viewOf(r keystore.Record) keyView {
	wrappedBy := "nothing"
	if r.Master != nil {
		wrappedBy = masterName(r.Master.Ref.Provider, r.Master.Ref.Key, r.Master.Ref.Version)
	} else if r.Parent != 0 {
		wrappedBy = keystore.FormatID(r.Parent)
	}
	return keyView{
		ID: keystore.FormatID(r.ID), Tenant: r.Tenant, Purpose: string(r.Purpose), Version: r.Version, State: string(r.State),
		Algorithm: r.Algorithm, Bits: r.Bits, Created: r.Created, Activated: timeOrNil(r.Activated), Retired: timeOrNil(r.Retired),
		Owner: r.Owner, CryptoDays: r.CryptoDays, Due: r.Due(time.Now()), Reserved: r.Reserved, WrappedBy: wrappedBy,
		Revision: r.Revision,
	}
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// keyPrinter prints records as a table, or as one JSON object a line.
type keyPrinter struct {
	json  *json.Encoder
	table *tabwriter.Writer
	err   error
}

func newKeyPrinter(cmd *cobra.Command) *keyPrinter {
	if boolFlag(cmd, "json") {
		return &keyPrinter{json: json.NewEncoder(cmd.OutOrStdout())}
	}
	p := &keyPrinter{table: newTable(cmd.OutOrStdout())}
	_, p.err = fmt.Fprintln(p.table, "TENANT\tPURPOSE\tVERSION\tSTATE\tKEY ID\tCREATED\tOWNER\tMESSAGES\tROTATION")
	return p
}

func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// print adds one record; after an error it does nothing and returns that error again.
func (p *keyPrinter) print(r keystore.Record) error {
	v := viewOf(r)
	switch {
	case p.err != nil:
	case p.json != nil:
		p.err = p.json.Encode(v)
	default:
		_, p.err = fmt.Fprintf(p.table, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%d\t%s\n", v.Tenant, v.Purpose, v.Version, v.State, v.ID,
			day(&v.Created), v.Owner, v.Reserved, rotation(r))
	}
	return p.err
}

// end writes out what is buffered. It returns the error of the listing, or the first of printing.
func (p *keyPrinter) end(err error) error {
	if p.table != nil {
		p.err = errors.Join(p.err, p.table.Flush())
	}
	if err == nil {
		err = p.err
	}
	return err
}

// rotation says when the key is to be rotated.
func rotation(r keystore.Record) string {
	switch {
	case r.State != keystore.Active || r.CryptoDays == 0:
		return "-"
	case r.Due(time.Now()):
		return "due"
	default:
		return r.Activated.AddDate(0, 0, r.CryptoDays).UTC().Format(time.DateOnly)
	}
}

func day(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// showKey prints all that is shown of one record.
func showKey(cmd *cobra.Command, r keystore.Record) error {
	v := viewOf(r)
	if boolFlag(cmd, "json") {
		return json.NewEncoder(cmd.OutOrStdout()).Encode(v)
	}
	table := newTable(cmd.OutOrStdout())
	for _, line := range [][2]string{
		{"key id", v.ID}, {"tenant", v.Tenant}, {"purpose", v.Purpose}, {"version", strconv.FormatUint(uint64(v.Version), 10)},
		{"state", v.State}, {"algorithm", v.Algorithm}, {"bits", strconv.Itoa(v.Bits)}, {"created", day(&v.Created)},
		{"activated", day(v.Activated)}, {"retired", day(v.Retired)}, {"owner", v.Owner}, {"rotation", rotation(r)},
		{"messages reserved", strconv.FormatUint(v.Reserved, 10)}, {"wrapped by", v.WrappedBy},
		{"revision", strconv.FormatUint(v.Revision, 10)},
	} {
		if _, err := fmt.Fprintf(table, "%s\t%s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return table.Flush()
}
