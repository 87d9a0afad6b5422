# `make help` lists what there is. Everything is built inside .venv and node_modules.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# Installers share .venv and node_modules; two at once would tread on each other.
.NOTPARALLEL:

PYTHON ?= python3
WORKERS ?= 2
# Slow tests wait for leases, deadlines and browsers more than they work, so three of them fill two cores.
SLOW_WORKERS ?= 3
ARGS ?=
SOAK_SECONDS ?= 600
SOAK_STORE ?= postgresql
SOAK_RATE ?= 8
SEED ?=

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# pytest rewrites every test module; where the environment forbids Python to keep that, each process does it again.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest --durations=10
VITEST_LOG := artifacts/vitest.log

# npm from PyPI looks for its global settings (a company's mirror, its certificates) only inside
# .venv, so it is told where the system keeps them.
SYSTEM_NPM := $(shell command -v npm)
NPMRC := $(firstword $(wildcard $(SYSTEM_NPM:%/bin/npm=%/etc/npmrc) /usr/etc/npmrc /etc/npmrc /usr/local/etc/npmrc))
ifneq ($(NPMRC),)
export NPM_CONFIG_GLOBALCONFIG ?= $(NPMRC)
endif
export PATH := $(CURDIR)/.venv/bin:$(PATH)

# A stamp is younger than what it was made from; see each rule below.
VENV := .venv/.made
BASE := .venv/.base
DEV := .venv/.dev
NODE_BASE := node_modules/.base
NODE_DEV := node_modules/.dev
COUNTERPARTS := tests/counterparts/node_modules/.made
BUNDLE := studio/static/dist/manifest.json
COMPILED := .venv/.compiled
CATALOGUES := .venv/.catalogues
SOURCES := $(shell find studio -name '*.py' 2>/dev/null)
FRONT_END := $(shell find studio/static -path studio/static/dist -prune -o -type f -print 2>/dev/null)

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: install
install: $(DEV) $(COMPILED) $(CATALOGUES) $(NODE_DEV) $(BUNDLE) $(COUNTERPARTS) ## Build .venv and the front end, with all that checks and tests need

.PHONY: run
run: $(BASE) $(BUNDLE) $(COMPILED) $(CATALOGUES) ## Start Studio on this machine: web, worker and timers in one process
	@exec $(BIN)/python -m studio run $(ARGS)

.PHONY: test
test: install test-system ## Run the tests that a developer waits for (ARGS=tests/core -k name)
	@mkdir -p $(dir $(VITEST_LOG))
	@npm test >$(VITEST_LOG) 2>&1 & front_end=$$!; failed=0; \
	  $(PYTEST) -m "not slow" --numprocesses=$(WORKERS) $(ARGS) || failed=$$?; \
	  wait $$front_end || failed=$$?; \
	  cat $(VITEST_LOG); exit $$failed

.PHONY: test-slow
test-slow: install test-system ## Run the tests that take long: browsers, crashes, bare installs
	$(PYTEST) -m "slow" --timeout=600 --numprocesses=$(SLOW_WORKERS) --dist=loadfile --no-loadscope-reorder $(ARGS)

# What builds speaks on standard error here: standard output is one line of JSON.
.PHONY: soak
soak: ## Break a working Studio for SOAK_SECONDS (SEED=n repeats a plan, SOAK_STORE=sqlite is the embedded one)
	@$(MAKE) --no-print-directory install test-system >&2
	@SOAK_SECONDS=$(SOAK_SECONDS) SEED=$(SEED) SOAK_STORE=$(SOAK_STORE) SOAK_RATE=$(SOAK_RATE) \
	  exec $(BIN)/python -m tests.soak

.PHONY: messages
messages: install ## Collect every sentence that people read into studio/translations, for each language
	@$(BIN)/python -m scripts.messages
	@$(BIN)/python -m scripts.translations update
	@$(BIN)/python -m scripts.translations compile

.PHONY: docs
docs: install ## Write the pages that are made from the code: node types, audit events, API, connectors
	@$(BIN)/python -m scripts.node_docs
	@$(BIN)/python -c 'from pathlib import Path; from studio.audit import docs; docs.write(Path())'
	@$(BIN)/python -m scripts.api_docs
	@$(BIN)/python -m scripts.connector_docs

.PHONY: check
check: install test-system ## Run every linter, the type checkers and the migrations on both databases
	$(BIN)/python scripts/check.py

.PHONY: fix
fix: install ## Let ruff and Biome mend what they can
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format
	npm run --if-present fix

.PHONY: migrations-check
migrations-check: $(DEV) test-system ## Take the schema up, down and up again on both databases
	$(PYTEST) tests/migrations $(ARGS)

.PHONY: bench
bench: install test-system ## Measure (ARGS="webhook --store sqlite"); starts the servers it needs
	$(BIN)/studio bench $(or $(ARGS),webhook)

.PHONY: screens
screens: install test-system ## Take a picture of every page at two widths in both themes (ARGS="gallery. portal.inbox")
	@$(BIN)/python -m tests.e2e.screens $(ARGS)

.PHONY: counterparts
counterparts: $(COUNTERPARTS) ## Install the shop and the token servers that tests talk to (part of install, never of run)

.PHONY: test-system
test-system: ## Install the servers and the browser that tests use, where this user may
	@scripts/test-system

.PHONY: lock
lock: $(DEV) ## Pin requirements/*.in with hashes (ARGS=--upgrade takes newer releases)
	@for list in base dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --no-header --no-emit-index-url --no-emit-find-links $(ARGS) \
	    $$([ $$list = base ] || echo --constraint requirements/base.txt) \
	    --output-file requirements/$$list.txt requirements/$$list.in; \
	done

.PHONY: clean
clean: ## Remove what was built; the data folder stays
	rm -rf .venv node_modules tests/counterparts/node_modules studio/static/dist artifacts
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Studio needs Python 3.11 or newer (make PYTHON=python3.12 names another one)"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "python3 cannot make virtual environments here; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

# The project itself is linked, not copied; flit_core comes from the locked list, so nothing is fetched unpinned.
$(BASE): requirements/base.txt | $(VENV)
	@echo "Installing the Python packages …"
	@$(PIP) install --require-hashes --requirement $<
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

# Once here instead of at each start, where the environment may forbid Python to keep what it compiled.
$(COMPILED): $(SOURCES) | $(BASE)
	@$(BIN)/python -m compileall -q studio
	@touch $@

# What gettext reads, from what people wrote.
$(CATALOGUES): $(wildcard studio/translations/*/LC_MESSAGES/*.po) | $(BASE)
	@$(BIN)/python -m scripts.translations compile
	@touch $@

$(DEV): requirements/dev.txt | $(BASE)
	@echo "Installing the checkers and test tools …"
	@$(PIP) install --require-hashes --requirement $<
	@touch $@

# All packages satisfy those who need some, so this one stamps both and comes first in `install`.
$(NODE_DEV): package.json package-lock.json .npmrc | $(BASE)
	@echo "Installing the front end's packages …"
	@npm ci --loglevel=error
	@touch $(NODE_BASE) $@

$(NODE_BASE): package.json package-lock.json .npmrc | $(BASE)
	@echo "Installing the front end's packages …"
	@npm ci --omit=dev --loglevel=error
	@touch $@

$(BUNDLE): $(FRONT_END) $(NODE_BASE)
	@npm run --silent build
	@touch $@

$(COUNTERPARTS): $(addprefix tests/counterparts/,package.json package-lock.json .npmrc) | $(BASE)
	@echo "Installing the servers of others that tests talk to …"
	@cd tests/counterparts && npm ci --loglevel=error
	@touch $@
