package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// machine describes where and of what a report was made. What the system doesn't tell is "unknown".
type machine struct {
	cores                     int
	cpu, memory, system, load string
	server, compiler          string
	commit, master            string
}

const unknown = "unknown"

func describeMachine(ctx context.Context, st *stage) (machine, error) {
	conn, err := st.connect(ctx, direct)
	if err != nil {
		return machine{}, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return machine{
		cores:    runtime.NumCPU(),
		cpu:      valueIn("/proc/cpuinfo", "model name", ":"),
		memory:   memorySize(),
		system:   strings.Trim(valueIn("/etc/os-release", "PRETTY_NAME", "="), `"`) + " " + runtime.GOARCH,
		load:     loadAverage(),
		server:   "PostgreSQL " + conn.PgConn().ParameterStatus("server_version"),
		compiler: runtime.Version(),
		commit:   commit(ctx),
		master:   st.master,
	}, nil
}

// valueIn returns the value of the first line of a file that begins with the name.
func valueIn(file, name, separator string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return unknown
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, separator); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}

func memorySize() string {
	kb, err := strconv.Atoi(strings.TrimSuffix(valueIn("/proc/meminfo", "MemTotal", ":"), " kB"))
	if err != nil {
		return unknown
	}
	return fmt.Sprintf("%.1f GiB", float64(kb)/(1<<20))
}

// loadAverage is the system's load over 1, 5 and 15 minutes: what else the machine had to do.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 3 {
		return unknown
	}
	return strings.Join(fields[:3], " ")
}

func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--abbrev=12").Output()
	if err != nil {
		return unknown
	}
	return strings.TrimSpace(string(out))
}

// clockTick is the unit of processor times in /proc: Linux shows them to programs at 100 Hz on every architecture
// (USER_HZ in linux/param.h).
const clockTick = 10 * time.Millisecond

// processorTime returns the user and system time that a process has spent (proc(5), /proc/pid/stat, fields 14 and 15).
// It is false where the system has no such file.
func processorTime(pid int) (time.Duration, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	return parseProcessorTime(string(text))
}

func parseProcessorTime(stat string) (time.Duration, bool) {
	i := strings.LastIndex(stat, ") ") // the name before it may hold anything
	if i < 0 {
		return 0, false
	}
	fields := strings.Fields(stat[i+2:]) // from field 3 on
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick, err1 == nil && err2 == nil
}
