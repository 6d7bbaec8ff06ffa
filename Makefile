# Everything is installed into .venv, from the locks. PORT and DATA_DIR may be given: make run PORT=8001 DATA_DIR=/srv/cg
.DEFAULT_GOAL := help
.PHONY: help run test check conformance bench fix schema migration
.DELETE_ON_ERROR:
export PORT DATA_DIR

PYTHON ?= python3
BIN := .venv/bin
UV := uv==0.13.8
# The tools' lock holds the program's, so what `make test` installed serves `make run` too.
RUN := $(if $(wildcard .venv/installed-dev),.venv/installed-dev,.venv/installed)
DEV := .venv/installed-dev

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

run: $(RUN) ## start everything with the demo; Ctrl-C stops it
	@$(BIN)/creatorgraph up --demo

test: $(DEV) ## run every test
	@$(BIN)/pytest -n auto --maxprocesses 4

check: $(DEV) ## format, lint, types, import contracts, breaking changes, drift of schema, migrations and catalogue
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --cache-dir .cache/imports
	@$(BIN)/python -m app.api.graphql.export | diff schema.graphql - || { echo "schema.graphql is old: make schema"; exit 1; }
	@$(BIN)/python -m app.api.graphql.changes docs/promised.graphql CHANGELOG.md
	@$(BIN)/pytest tests/store/test_schema.py tests/test_house.py tests/test_settings.py

conformance: $(DEV) ## outside suites and a browser against a running server
	@bash tests/conformance/run.sh

bench: $(DEV) ## measure the goals beside the least that could do it; python -m bench --help for more
	@$(BIN)/python -m bench

fix: $(DEV) ## format and mend what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

schema: $(DEV) ## write schema.graphql from the code, and app/store/schema.sql from the migrations
	@$(BIN)/python -m tests.store
	@$(BIN)/python -m app.api.graphql.export > schema.graphql

migration: $(DEV) ## write the migration from the models
	@$(BIN)/tortoise makemigrations

.venv/installed: requirements.lock pyproject.toml | $(BIN)/uv
.venv/installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/uv
.venv/installed .venv/installed-dev:
	@echo "Installing $<"
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python $<
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
