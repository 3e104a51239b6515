# Every chore of this project. A fresh machine needs Python 3.11 or newer and make, no more.
PYTHON ?= python3
PORT ?= 8000
BIN = .venv/bin
.DEFAULT_GOAL = help
.PHONY: help run test check bench growth history lint format types docs reset e2e lock setup dev isolation-report

help: ## List these chores
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

run: setup ## Serve Stackroom on this machine with two demo libraries; prints addresses and sign-ins
	@exec $(BIN)/stackroom run --port $(PORT)

setup: ## Make .venv, install the locked libraries, build the front end (only what has changed)
	@$(PYTHON) -m tools.bootstrap

dev:
	@$(PYTHON) -m tools.bootstrap --dev

test: dev ## Run everything: checks, both databases, front end, browser, coverage
	@$(BIN)/python -m tools.test

check: dev ## Run the quick half of `make test`, within 90 seconds
	@$(BIN)/python -m tools.test --quick

e2e: dev ## Run the browser tests only
	@$(BIN)/python -m tools.test --only browser

isolation-report: dev ## Try every way from one organisation to another, on both databases; writes .cache/isolation
	@$(BIN)/python -m tools.test --isolation

bench: dev ## Measure speed on SQLite and PostgreSQL; prints ratios
	@$(BIN)/python -m tools.bench

growth: dev ## Deal 10,000 organisations; prints p50, p95 and p99 of the main reads, and a peer beside
	@$(BIN)/python -m tools.bench --only signing-up --only schemas --only dealing --organisations 10000 --database postgresql

history: dev ## Ask questions of 10 million versions in 100 organisations on PostgreSQL, and of a peer; 20 GB of disk
	@$(BIN)/python -m tools.bench --only history --versions 10000000 --database postgresql

lint: dev ## Find faults in the code and broken import directions
	@$(BIN)/ruff check . && $(BIN)/lint-imports

format: dev ## Put the code into its one format and sort its imports
	@$(BIN)/ruff check --select I --fix --quiet . && $(BIN)/ruff format .

types: dev ## Check the types
	@$(BIN)/mypy

docs: dev ## Build the documentation into site/, a broken link is an error
	@$(BIN)/mkdocs build --strict

lock: dev ## Choose new versions of all libraries and write them to requirements/*.txt
	@$(BIN)/python -m tools.lock

reset: ## Delete the data of `make run` and start over
	@echo "Deleting ./var: the demo database, files and mail" && rm -rf var
