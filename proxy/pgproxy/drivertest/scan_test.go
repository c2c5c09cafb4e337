package drivertest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// finding is a form of a mark that a file holds. It does not quote the value.
type finding struct{ what, form string }

// scanner searches files for all forms of all marks in one pass.
type scanner struct {
	mayStart [1 << 16]bool // by the low and high byte of what a form begins with, mixed
	forms    map[uint32][]needle
	longest  int
}

type needle struct {
	bytes []byte
	finding
}

// prefix is how many bytes of a form choose its bucket.
const prefix = 4

func newScanner(marks []mark) *scanner {
	s := &scanner{forms: make(map[uint32][]needle)}
	for _, m := range marks {
		for _, f := range m.forms {
			k := binary.LittleEndian.Uint32(f.bytes)
			s.mayStart[fold(k)] = true
			s.forms[k] = append(s.forms[k], needle{f.bytes, finding{m.what, f.name}})
			s.longest = max(s.longest, len(f.bytes))
		}
	}
	return s
}

// fold spreads the beginning of a form over the table (Fibonacci hashing).
func fold(k uint32) uint32 { return k * 0x9E3779B1 >> 16 }

// bytes reports what occurs in b. It looks at each byte of some hundred megabytes, which the race detector would make ten
// times as long, and shares nothing.
//
//go:norace
func (s *scanner) bytes(b []byte, found map[finding]bool) {
	for i := 0; i+prefix <= len(b); i++ {
		k := binary.LittleEndian.Uint32(b[i:])
		if !s.mayStart[fold(k)] {
			continue
		}
		for _, n := range s.forms[k] {
			if bytes.HasPrefix(b[i:], n.bytes) {
				found[n.finding] = true
			}
		}
	}
}

// chunk is how much of a file is searched at a time, in bytes.
const chunk = 1 << 20

// file reports what occurs in a file. The end of each chunk is searched again with the next one, so that nothing is
// missed where two chunks meet.
func (s *scanner) file(path string, found map[finding]bool) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // the server removed it after it was listed
	}
	if err != nil {
		return err
	}
	defer f.Close()
	buf := make([]byte, s.longest+chunk)
	kept := 0
	for {
		n, err := io.ReadFull(f, buf[kept:])
		s.bytes(buf[:kept+n], found)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("search for leaks: %w", err)
		}
		kept = copy(buf, buf[len(buf)-s.longest:])
	}
}
