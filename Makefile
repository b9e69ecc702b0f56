# Accord. `make help` lists what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
ACCORD := $(VENV)/bin/accord
PIP := $(PY) -m pip --disable-pip-version-check -qq
CODE := app tests bench tools examples migrations config.py wsgi.py
STATIC := $(shell find app/static -type f -not -path 'app/static/build/*' -not -path 'app/static/vendor/*' 2>/dev/null)

# Asked for by name, made only when what they come from is newer.
VENV_READY := $(VENV)/.requirements
PROJECT_READY := $(VENV)/.project
VENDOR_READY := app/static/vendor/.copied
STATIC_READY := app/static/build/manifest.json

.PHONY: help setup demo run worker test coverage check bench format clean adventureworks regional-sales requirements browser addresses

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(PROJECT_READY) $(STATIC_READY) ## .venv, front-end files and the command .venv/bin/accord

demo: setup ## load the demo story into an empty database and serve it (PORT=8000)
	@$(ACCORD) demo --if-empty
	@exec $(ACCORD) serve --port $(PORT)

run: setup ## serve the database that is there, web and worker (PORT=8000)
	@$(ACCORD) db upgrade
	@exec $(ACCORD) serve --port $(PORT)

worker: setup ## only the worker that does jobs
	@exec $(ACCORD) worker

test: setup browser ## every test, browser tests too
	@$(PY) tools/run_tests.py $(TESTS)

coverage: setup browser ## every test, with the lines and branches that none of them reached
	@$(PY) tools/run_tests.py --cov --cov-report=term-missing $(TESTS)

check: setup addresses ## ruff, mypy, layers, templates, migrations, addresses
	@$(VENV)/bin/ruff check $(wildcard $(CODE))
	@$(VENV)/bin/ruff format --check $(wildcard $(CODE))
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/djlint --lint --quiet app/templates
	@$(PY) tools/check_migrations.py

format: setup ## put the code into one shape
	@$(VENV)/bin/ruff check --fix-only $(wildcard $(CODE))
	@$(VENV)/bin/ruff format $(wildcard $(CODE))

bench: setup ## pages and jobs against their budgets (SMALL=1 for a quick look)
	@$(PY) -m bench $(if $(SMALL),--small)

adventureworks: setup ## DATA=folder [LEDGER=file]: load a real channel of 701 partners and assess it
	@test -n "$(DATA)" || { echo "Say where the raw files are: make adventureworks DATA=folder"; exit 2; }
	@$(PY) examples/adventureworks/load.py "$(DATA)" $(if $(LEDGER),"$(LEDGER)")

regional-sales: setup ## DATA=folder: load 20,000 real-looking deals (a database of its own: set DATABASE_URL or INSTANCE)
	@test -n "$(DATA)" || { echo "Say where the raw files are: make regional-sales DATA=folder"; exit 2; }
	@$(PY) examples/regional_sales/load.py "$(DATA)"

clean: ## stop the embedded server; remove what was built (instance/ stays)
	@if [ -x $(PY) ]; then $(PY) tools/stop_server.py; fi
	@rm -rf $(VENV) .build node_modules app/static/vendor app/static/build *.egg-info \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

requirements: setup ## compile requirements.in again (needs uv)
	@for file in requirements requirements-node; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --no-emit-find-links $(UPGRADE) $$file.in -o $$file.txt || exit 1; \
	  { echo "# Compiled from $$file.in by \`make requirements\`. Do not edit."; cat $$file.txt; } > $$file.new && mv $$file.new $$file.txt; \
	done

browser:
	@sh tools/chromium.sh

addresses:
	@sh tools/addresses.sh

$(VENV_READY): requirements.txt
	@sh tools/python.sh "$(PYTHON)" $(VENV)
	@echo "Installing what Accord stands on into $(VENV) (a minute, once)"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(PROJECT_READY): $(VENV_READY) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENDOR_READY): $(VENV_READY) package.json package-lock.json tools/frontend.sh
	@sh tools/frontend.sh $(VENV)
	@touch $@

$(STATIC_READY): $(VENDOR_READY) $(PROJECT_READY) $(STATIC) app/static_files.py
	@$(PY) -m app.static_files
