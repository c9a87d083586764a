# Everything a newcomer needs: `make run`, `make test`. `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Each is a distribution of its own; the order is that of their arrows.
PACKAGES := habeas-tlog habeas-protocol habeas-trustee habeas-vision habeas
FACES := packages/habeas-vision/src/habeas/faces
DATA ?= data
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# A machine may say that no process keeps what it has compiled: each of a test run's many would
# compile anew, for a third of a second.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev browser run demo test test-ops quick coverage shuffled mutants mutants-of-rules lint web app bench cameras evaluate fuzz fuzz-api reference packages images release lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Habeas needs Python 3.11 or newer; $(PYTHON) is older. Set PYTHON=/path/to/python3.11."; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python cannot make a virtual environment. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements/run.lock $(wildcard packages/*/pyproject.toml) | $(BIN)/python
	@echo "Installing Python packages (pinned by hash) ..."
	@$(PIP) install --require-hashes -r requirements/run.lock
	@$(PIP) install --no-deps --no-build-isolation $(foreach package,$(PACKAGES),-e packages/$(package))
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	@echo "Installing the tools for tests and lint ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.models: $(FACES)/assets.py $(FACES)/eight_bit.py $(FACES)/centerface-ranges.json $(VENV)/.run
	@$(BIN)/habeas models install
	@touch $@

setup: $(VENV)/.run $(VENV)/.models ## environment, packages, models: all that `make run` needs

setup-dev: setup $(VENV)/.dev ## the same, and what tests and lint need

browser: ## Debian's chromium, for the browser tests
	@bin/install-test-packages

run: setup ## portal, log, four trustees and three desks on this machine (Ctrl-C stops them)
	@$(BIN)/habeas run --data $(DATA)

demo: setup ## the whole journey, headless, over HTTP
	@$(BIN)/habeas demo

# Tests of whole installations wait for disks, cameras and each other: two workers more than cores
# keep the cores busy. Those of one module share what it has started.
WORKERS ?= $(shell expr $$(nproc) + 2)
SPREAD := -n $(WORKERS) --dist loadscope --no-loadscope-reorder

test: setup-dev browser ## lint, then every test
	@$(MAKE) --no-print-directory lint
	@bin/web test
	@$(BIN)/python -m pytest $(SPREAD)

test-ops: setup-dev browser ## machines that fail: a city in network namespaces (needs root), an hour
	@$(BIN)/python -m pytest -n 0 -m 'ops or not ops' tests/ops

quick: setup-dev ## unit tests alone: no process, no network, at most a minute
	@bin/web test
	@HYPOTHESIS_PROFILE=quick $(BIN)/python -m pytest -n 2 tests/unit

COVERED ?= foundation protocol tlog trustee custody
COVERING ?= tests/unit tests/service tests/attacks tests/journey

coverage: setup-dev ## of rooms that keep promises, with a floor; COVERED and COVERING choose
	@missed=0; \
	$(BIN)/python -m pytest $(SPREAD) -m 'not browser' --cov --cov-report= $(COVERING) || missed=1; \
	for room in $(COVERED); do \
	  echo "$$room"; $(BIN)/python -m coverage report --skip-covered --skip-empty --fail-under=90 \
	    --include="*/src/habeas/$$room/*" || missed=1; done; exit $$missed

# Each run is in a random order anyway, whose seed pytest prints. Here others want the cores, too.
SEEDS ?= $(shell shuf -i 1-999999 -n 3)
SHUFFLED ?= tests

shuffled: setup-dev browser ## every test in three random orders, on a machine that is kept busy
	@busy=; for core in 1 2; do nice -n 5 sh -c 'while :; do :; done' & busy="$$busy $$!"; done; \
	trap "kill $$busy" EXIT; \
	for seed in $(SEEDS); do \
	  echo "in the order of seed $$seed (again: make shuffled SEEDS=$$seed)"; \
	  $(BIN)/python -m pytest $(SPREAD) --randomly-seed=$$seed $(SHUFFLED) || exit 1; done

mutants: setup-dev ## would the unit tests notice? 200 small changes, at least 90 % found
	@$(BIN)/python -m bench.mutants --write docs/evaluation/mutants.md

mutants-of-rules: setup-dev ## every small change of the trustee's rules and of the protocol
	@$(BIN)/python -m bench.mutants --all --room trustee --room protocol --write docs/evaluation/mutants.md

lint: setup-dev ## ruff, mypy strict, import contracts; tsc, eslint and prettier where node is
	@$(MAKE) --no-print-directory --jobs 2 types style

# Beside each other: the types take as long as all the rest.
.PHONY: types style
types:
	@$(BIN)/mypy

style:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@bin/web lint

web: ## the pages' scripts and styles, from web/ into the portal (needs node)
	@bin/web build

app: setup ## the app's source archive, built twice and compared (needs node)
	@$(BIN)/python bin/app

# Further words after `bench` name benches, and are no targets of their own: `make bench load`.
BENCHES := $(if $(filter bench,$(firstword $(MAKECMDGOALS))),$(wordlist 2,99,$(MAKECMDGOALS)))

bench: setup-dev ## figures, as ratios measured in one run; `make bench load growth`: those two
	@$(BIN)/python -m bench $(BENCHES)

ifneq ($(BENCHES),)
.PHONY: $(BENCHES)
$(BENCHES):
	@:
endif

evaluate: setup-dev ## quality on real portraits and generated video, written to docs/
	@$(BIN)/python -m bench.portrait.evaluate
	@$(BIN)/python -m bench.footage.real_page
	@$(BIN)/python -m bench.footage.conditions
	@$(BIN)/python -m bench.footage.evaluate

fuzz: setup-dev ## mutated photos, videos and documents against their readers, some minutes
	@$(BIN)/python -m fuzz --seconds 20

API_EXAMPLES ?= 200

fuzz-api: setup-dev ## every call of the OpenAPI descriptions, asked rightly and wrongly (schemathesis)
	@HABEAS_API_EXAMPLES=$(API_EXAMPLES) $(BIN)/python -m pytest $(SPREAD) tests/service/api \
	  tests/service/trustee/test_schemathesis.py

reference: setup-dev ## API reference of tlog, protocol, portrait and cover, as HTML, in build/
	@$(BIN)/python bin/reference

packages: setup-dev ## Debian packages for each party, in dist/packages (on Debian)
	@$(BIN)/python bin/packages

images: packages ## OCI images of them, by buildah, in dist/images
	@bin/images trustee habeas

release: setup-dev ## wheels (the same bytes each time), SBOMs and sums, in dist/
	@$(BIN)/python bin/weaknesses
	@$(BIN)/python bin/release

lock: ## resolve the lock files again (needs uv)
	@requirements/lock

clean: ## remove the environment and caches; never your data
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist
