# Works with GNU make 3.81 and later. Everything runs inside .venv, which the first target that
# needs it makes; a change of requirements.lock or pyproject.toml brings it up to date.

.DEFAULT_GOAL := help
.PHONY: help book serve test unit notebooks bench lint lock clean

# Any Python from 3.11 to 3.13 will do: make book PYTHON=/path/to/python3
PYTHON ?= $(shell for p in python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)

# The book, its notebooks and the tests use the embedded pictures, whatever your shell says, find the
# environment's own commands first, and keep what Python compiled for the next process.
EMBEDDED := env -u COLORLAB_DATA -u COLORLAB_RUN -u PYTHONDONTWRITEBYTECODE \
	PATH="$(CURDIR)/.venv/bin:$$PATH"
# On two cores, a file whole on one of them. nbval takes three seconds to import.
PYTEST := .venv/bin/python -m pytest -n 2 --dist loadfile
WITHOUT_NOTEBOOKS := tests colorlab -p no:nbval -o addopts=--doctest-modules

# Lies in .venv and is written last: an environment without it is not whole, and is made anew.
READY := .venv/ready

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-18s%s\n", $$1, $$2}'

book: $(READY) ## run the notebooks, build the book, print the path of its first page
	@$(EMBEDDED) .venv/bin/python tools/build_book.py

serve: $(READY) ## show the built book on 127.0.0.1, where it can colour photographs
	@.venv/bin/python tools/serve_book.py

test: $(READY) ## run every check: library, doctests, notebooks, book; print the coverage
	@# Apart, since nbval waits in vain for the kernels when pytest-cov is at work.
	@$(EMBEDDED) $(PYTEST) notebooks; notebooks=$$?; \
	$(EMBEDDED) $(PYTEST) $(WITHOUT_NOTEBOOKS) --cov && exit $$notebooks

unit: $(READY) ## run the library's quick tests, on two cores
	@$(EMBEDDED) $(PYTEST) $(WITHOUT_NOTEBOOKS) -m "not book and not slow"

notebooks: $(READY) ## run the notebooks in order and store their outputs in place
	@$(EMBEDDED) .venv/bin/python tools/run_notebooks.py notebooks/*.ipynb

bench: $(READY) ## measure speed and memory
	@.venv/bin/python -m benchmarks

lint: $(READY) ## check style, types, layers and notebook hygiene
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python tests/notebook_hygiene.py notebooks/*.ipynb

lock: $(READY) ## write requirements.lock and web/package-lock.json anew from the ranges
	.venv/bin/uv pip compile pyproject.toml --quiet --upgrade --all-extras --universal \
		--python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-emit-find-links --no-annotate --output-file requirements.lock
	.venv/bin/python tools/web_packages.py

clean: ## remove what was built (the environment in .venv stays)
	rm -rf .build build dist *.egg-info .coverage .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find colorlab tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed. Is it elsewhere? make book PYTHON=/path/to/python3"; exit 1; }
	@if test -f $@; then rm $@; else echo "Making .venv"; "$(PYTHON)" -m venv --clear .venv; fi
	@echo "Installing the packages of requirements.lock (the first time takes minutes)"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
