package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/keyaside/keyaside/configs"
)

// Exit codes of every command.
const (
	exitOK      = 0
	exitFailure = 1 // something failed while running, or check found an error
	exitUsage   = 2 // wrong flags or arguments, or a faulty configuration
)

// runError is an error of a command's own work.
type runError struct{ error }

func (e *runError) Unwrap() error { return e.error }

// usageError is a fault of the command line that shows only while a command runs.
type usageError struct{ error }

func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// silentError ends the program with a failure whose report is printed already.
type silentError struct{ error }

// report prints err, one line for each thing that is wrong, and returns the exit code.
func report(w io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	if _, ok := errors.AsType[silentError](err); ok {
		return exitFailure
	}
	text := err.Error()
	code := exitFailure
	_, ran := errors.AsType[*runError](err)
	_, badUsage := errors.AsType[usageError](err)
	_, badConfig := errors.AsType[configs.Problems](err)
	switch {
	case !ran:
		code, text = exitUsage, strings.SplitN(text, "\n", 2)[0]+"; see keyaside --help" // cobra adds its guesses below
	case badUsage || badConfig:
		code = exitUsage
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(w, "keyaside: %s\n", strings.TrimRight(line, "\n"))
	}
	return code
}
