package audit

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Verify checks the log at path against itself, its head file, and heads that were kept elsewhere. It may run while others
// append: it looks at the log as it was at the start. The error tells that it could not look; what it found is in the report.
func Verify(path string, kept ...Head) (Report, error) {
	log, err := os.Open(path)
	if err != nil {
		return Report{}, fmt.Errorf("verify audit log: %w", err)
	}
	defer log.Close()
	v := newVerifier(path, kept)
	size, err := v.snapshot(log)
	if err != nil {
		return Report{}, fmt.Errorf("verify audit log %s: %w", path, err)
	}
	if err := v.read(io.NewSectionReader(log, 0, size)); err != nil {
		return Report{}, fmt.Errorf("verify audit log %s: %w", path, err)
	}
	return v.report, nil
}

// VerifyReader checks a copy of a log, called name in the report, against itself and heads that were kept. Without a head,
// lines missing at the end are not noticed.
func VerifyReader(name string, r io.Reader, kept ...Head) (Report, error) {
	v := newVerifier(name, kept)
	if err := v.read(r); err != nil {
		return Report{}, fmt.Errorf("verify audit log %s: %w", name, err)
	}
	return v.report, nil
}

// snapshot reads head file and size under the lock, so that they belong together, and lets go: to hold the lock for the
// length of a long log would stop the appenders.
func (v *verifier) snapshot(log *os.File) (size int64, err error) {
	head, err := os.Open(headPath(log.Name()))
	if errors.Is(err, os.ErrNotExist) {
		v.headFault = "the head file is missing, so lines missing at the end would not be noticed"
	} else if err != nil {
		return 0, err
	} else {
		defer head.Close()
		if err := v.lockedHead(head); err != nil {
			return 0, err
		}
	}
	info, err := log.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (v *verifier) lockedHead(f *os.File) error {
	if err := lock(context.Background(), f, unix.LOCK_SH); err != nil {
		return err
	}
	h, empty, err := readHead(f)
	switch {
	case err != nil && !errors.Is(err, errNotHead):
		return err
	case err != nil || empty:
		v.headFault = "the head file holds no head, so lines missing at the end would not be noticed"
	default:
		v.file = &h
	}
	return nil
}

// read goes through all lines.
func (v *verifier) read(r io.Reader) error {
	lines := bufio.NewReaderSize(r, MaxLine+1)
	for len(v.report.Problems)+len(v.gaps) < maxProblems {
		line, err := lines.ReadSlice('\n')
		tooLong := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n')
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil {
			v.end(len(line), tooLong)
			return nil
		}
		v.report.Lines++
		if tooLong {
			v.unreadable(errTooLong)
		} else {
			v.line(line[:len(line)-1])
		}
	}
	v.report.Partial = true
	v.endLines()
	return nil
}
