package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

// screen is where the demo prints: headings, sentences and tables. A terminal gets bold headings unless NO_COLOR is set
// (https://no-color.org). What can't be written is lost: there is nobody left to tell.
type screen struct {
	w    io.Writer
	bold bool
	step int
}

func newScreen(w io.Writer) *screen {
	s := &screen{w: w}
	if f, ok := w.(*os.File); ok && os.Getenv("NO_COLOR") == "" {
		info, err := f.Stat()
		s.bold = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return s
}

// heading begins the next numbered part.
func (s *screen) heading(format string, args ...any) {
	s.step++
	text := fmt.Sprintf("%d. %s", s.step, fmt.Sprintf(format, args...))
	if s.bold {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	fmt.Fprintf(s.w, "\n%s\n\n", text)
}

// say prints a line; an empty one separates.
func (s *screen) say(format string, args ...any) {
	line := strings.TrimRight("   "+fmt.Sprintf(format, args...), " ")
	fmt.Fprintln(s.w, line)
}

// table prints rows of cells with aligned columns. Cells of different width than their number of characters (Chinese,
// emoji) belong in the last column.
func (s *screen) table(rows ...[]string) {
	t := tabwriter.NewWriter(s.w, 0, 0, 2, ' ', 0)
	for i, row := range rows {
		fmt.Fprintf(t, "   %s\n", strings.Join(row, "\t"))
		if i == 0 {
			fmt.Fprintf(t, "   %s\n", strings.Join(underline(row), "\t"))
		}
	}
	_ = t.Flush()
}

func underline(row []string) []string {
	lines := make([]string, len(row))
	for i, cell := range row {
		lines[i] = strings.Repeat("─", len([]rune(cell)))
	}
	return lines
}
