package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
)

// Head names one line of a log by number and hash, and thereby all lines before it. The zero Head is that of an empty log.
type Head struct {
	Seq  uint64
	Hash Hash
}

// String gives the form that ParseHead reads, for keeping a head elsewhere: the number in 20 digits, a space, the hash in
// hexadecimal digits.
func (h Head) String() string { return fmt.Sprintf("%020d %x", h.Seq, h.Hash[:]) }

// headLength is the length of a head in bytes. It is fixed and far below a disk sector, so that the head file is overwritten
// in place in one piece.
const headLength = 20 + 1 + 64

var errNotHead = errors.New("it is not the head of an audit log")

// ParseHead is the inverse of Head.String.
func ParseHead(s string) (Head, error) {
	if len(s) != headLength || s[20] != ' ' {
		return Head{}, errNotHead
	}
	seq, err := strconv.ParseUint(s[:20], 10, 64)
	if err != nil || s[0] == '+' {
		return Head{}, errNotHead
	}
	hash, err := parseHash(s[21:])
	if err != nil {
		return Head{}, errNotHead
	}
	return Head{seq, hash}, nil
}

// headPath is where the head of the log at path is kept.
func headPath(path string) string { return path + ".head" }

// readHead reads the head file; empty is true for one that was made and not written yet.
func readHead(f *os.File) (h Head, empty bool, err error) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, headLength+2))
	if err != nil {
		return Head{}, false, err
	}
	if len(b) == 0 {
		return Head{}, true, nil
	}
	if len(b) != headLength+1 || b[headLength] != '\n' {
		return Head{}, false, fmt.Errorf("head file %s: %w", f.Name(), errNotHead)
	}
	if h, err = ParseHead(string(b[:headLength])); err != nil {
		return Head{}, false, fmt.Errorf("head file %s: %w", f.Name(), err)
	}
	return h, false, nil
}

// writeHead returns when the head is on disk.
func writeHead(f *os.File, h Head) error {
	if _, err := f.WriteAt([]byte(h.String()+"\n"), 0); err != nil {
		return err
	}
	return f.Sync()
}
