# The front door: `make demo` plays the sample offer, `make test` runs the tests of every day. Both set up first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
RUNS   := $(VENV)/.runs
READY  := $(VENV)/.ready

.PHONY: setup demo test test-all lint docs lock clean

# By uv where it is found; by pip where it is not, or does not know where packages come from.
install = { command -v uv >/dev/null && uv pip install --quiet --compile-bytecode --python $(BIN)/python $(1); } || \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(1)

setup: $(READY)

# What the program needs, in the versions that are pinned.
$(RUNS): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("optex needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(call install,--constraint requirements.lock --editable .)
	$(BIN)/python -m compileall -q optex infra tasks flows optex_command.py
	touch $@

# What its tests and linters need besides: a browser's driver, PostgreSQL and more.
$(READY): $(RUNS)
	$(call install,--requirement requirements.lock)
	touch $@

demo: $(RUNS)
	$(BIN)/optex demo

# Every rule, file, letter and story, on both databases: about ten minutes.
test: setup
	$(BIN)/python -m pytest

# All of it: also live servers that are killed, production, the browser, and the properties with more examples.
test-all: setup
	$(BIN)/python -m pytest -m "" --hypothesis-profile=deep

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Write the reference pages of the manual again from the declarations in the code; a test holds them to it.
docs: setup
	$(BIN)/python -m flows.manual docs/reference

# Pin again after a change of pyproject.toml, for here and for production (needs uv; nothing else does).
LOCK := uv pip compile --quiet --universal --python-version 3.11 --no-header --no-emit-index-url --no-annotate pyproject.toml
lock:
	$(LOCK) --group dev --output-file requirements.lock
	$(LOCK) --extra production --constraint requirements.lock --output-file infra/production/requirements.lock

clean:
	rm -rf $(VENV) out .pytest_cache .hypothesis .mypy_cache .ruff_cache
