# Parta: set-up, running and checks. `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
BIN := .venv/bin
PORT ?= 8000
PYTEST := $(BIN)/python -m pytest
ON_POSTGRESQL := $(BIN)/python tools/postgres.py run

.PHONY: help setup system demo test lint types contracts test-sqlite test-postgresql test-browser \
        hooks pictures bench bench-postgresql conformance words fuzz kill9 matrix clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## the local environment .venv from requirements.lock
	@sh tools/environment.sh

system: ## what the tests need from Debian (browser, PostgreSQL), by apt
	@sh tools/system.sh

demo: ## the demo school on http://127.0.0.1:8000 (other port: make demo PORT=8080)
	@started=$$(date +%s) && sh tools/environment.sh && exec env PARTA_STARTED=$$started $(BIN)/parta demo --bind 127.0.0.1:$(PORT)

test: ## everything: lint, types, contracts, SQLite, PostgreSQL, browser
	@$(MAKE) --no-print-directory setup
	@$(MAKE) --no-print-directory system
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory contracts
	@$(MAKE) --no-print-directory test-sqlite
	@$(MAKE) --no-print-directory test-postgresql
	@$(MAKE) --no-print-directory test-browser

lint: setup ## ruff (rules and format), djlint on the templates
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/djlint --quiet --lint parta

types: setup ## mypy
	$(BIN)/mypy

hooks: ## check lint and contracts before every commit of this clone
	git config core.hooksPath tools/hooks

contracts: setup ## the order of the apps
	$(BIN)/lint-imports --no-logo

test-sqlite: setup ## the whole suite on the embedded database
	$(PYTEST) -n 2 --dist worksteal -m "not browser" $(ARGS)

test-postgresql: setup system ## the database-touching part on PostgreSQL
	$(ON_POSTGRESQL) $(PYTEST) -n 2 --dist worksteal -m "not browser" --database-only $(ARGS)

test-browser: setup system ## the pages in a real browser
	$(PYTEST) -n 2 --dist worksteal -m browser $(ARGS)

pictures: setup system ## renew the pictures of the README
	PARTA_PICTURES=1 $(PYTEST) -m browser tests/journeys/test_first_look.py

bench: setup system ## every page beside its floor, then on a slow phone (ARGS="--rounds 24 --only урок,телефон")
	$(BIN)/python -m bench $(ARGS)

bench-postgresql: setup system ## the same on PostgreSQL
	$(ON_POSTGRESQL) $(BIN)/python -m bench $(ARGS)

conformance: setup ## docs/conformance.md and .json from a full run (ARGS=--marks: from the marks of the tests)
	$(BIN)/python -m conformance $(ARGS)

words: setup ## the catalogs of words in Kyrgyz and English, from what the tree says
	$(BIN)/python tools/catalogs.py

fuzz: setup ## a million generated requests (N=…)
	PARTA_FUZZ_REQUESTS=$${N:-1000000} $(PYTEST) -m fuzz --timeout 0 $(ARGS)

matrix: setup ## the whole access matrix: over 250,000 requests with written expectations, five acts
	PARTA_RELATIONS=all PARTA_MATRIX_SAMPLE=100000 $(PYTEST) -n 2 --timeout 0 tests/contracts/test_relations.py \
	  tests/contracts/test_matrix.py tests/contracts/test_matrix_sample.py $(ARGS)

kill9: setup ## kill -9 the server 2,000 times during writes (N=…)
	PARTA_KILLS=$${N:-2000} $(PYTEST) -m kill9 --timeout 0 $(ARGS)

clean: ## remove the environment and caches; data in var/ stay
	rm -rf .venv .venv.lock build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
