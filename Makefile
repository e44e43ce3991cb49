# make alone lists the targets: a line "name: ## what it does" is its documentation.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help install build web run stop test lint format typecheck generate golden migrate bench soak

SOURCES := $(shell find . -name '*.go' -not -path './node_modules/*' -not -path './.node/*' -not -path './.run/*') go.mod go.sum

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

install: ## download what the build needs
	go mod download
	web/build.sh

web: ## build GraphiQL (sources in web/graphiql), which the server embeds
	web/build.sh

build: web bin/lxdql ## build bin/lxdql with GraphiQL inside

bin/lxdql: $(SOURCES) $(wildcard web/dist/*)
	go build -o $@ .

run: build ## serve on http://localhost:8000 on a real LXD (installed and started if there is none)
	@scripts/run.sh

stop: ## end what make run started; other daemons are left alone
	@scripts/stop.sh

test: ## everything: generated code, format, vet, lint, unit, contract, stories on a real LXD, browser
	@scripts/test.sh

lint: typecheck ## vet, staticcheck, and the linters of the schema
	go tool staticcheck ./...
	schema/lint/run.sh

typecheck: ## compile everything, tests too, and vet it
	go vet ./...

format: ## gofmt
	gofmt -w $$(git ls-files --cached --others --exclude-standard '*.go')

generate: ## write graph/, its bindings and the resolvers' signatures from schema/ again
	rm -f graph/*.go
	go run ./graph/generate

golden: ## accept the schema as it is now: look at the difference first
	schema/lint/run.sh --update

migrate: bin/lxdql ## bring the database to this release's schema
	bin/lxdql migrate

bench: ## benchmarks: ratios of one run, as a table and as bin/bench.svg
	scripts/bench.sh

soak: ## the long form of the tests that take over a minute
	LXDQL_SOAK=1 scripts/test.sh
