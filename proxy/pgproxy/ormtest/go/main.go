// Command go runs one of Go's object-relational mappers through the scenario of package ormtest: "go run . gorm migrate",
// then "go run . gorm run". It is a module of its own, so that the mappers are no dependencies of the proxy.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
)

// mapper is a scenario: migrate makes the tables, run works with them.
type mapper struct {
	migrate, run func(ctx context.Context, dsn string) error
}

var mappers = map[string]mapper{
	"gorm": {gormMigrate, gormRun},
	"bun":  {bunMigrate, bunRun},
	"sqlc": {sqlcMigrate, sqlcRun},
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run . gorm|bun|sqlc migrate|run")
		os.Exit(2)
	}
	m := mappers[os.Args[1]]
	work := m.run
	if os.Args[2] == "migrate" {
		work = m.migrate
	}
	if err := work(context.Background(), os.Getenv("DATABASE_URL")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// say prints one step of the scenario as a line of JSON.
func say(step string, value any) {
	line, err := json.Marshal(map[string]any{"step": step, "value": value})
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

func ptr[T any](v T) *T { return &v }

// steps runs the steps of a scenario up to the first that fails.
func steps(list ...func() error) error {
	for _, step := range list {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
