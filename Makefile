# The front door: `make demo` plays the sample offer, `make test` runs the tests of every day. Both set up first.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup demo test test-all lint docs lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("optex needs Python 3.11 or later") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

demo: setup
	$(BIN)/optex demo

# Every rule, file, letter and story, on both databases: about three minutes of a processor.
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
