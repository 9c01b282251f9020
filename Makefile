# Line by Line. `make site` reads it, `make test` proves it; `make help` lists the rest.
PYTHON ?= python3
# The oldest Python that every pin of requirements.lock accepts.
OLDEST_PYTHON := 3.11.5
PORT ?= 8000
BIN := $(if $(filter Windows_NT,$(OS)),.venv/Scripts,.venv/bin)
# What the site is made from: folders too, whose time changes when a file is taken away.
SOURCES = $(shell find docs examples src -name __pycache__ -prune -o -print) mkdocs.yml requirements.lock
RUN := NO_MKDOCS_2_WARNING=1 NBCONVERT_DISABLE_CONFIG_EXPORTERS=1 $(BIN)/python
# On Linux the general index offers torch with CUDA, so its CPU index is asked too, when in reach.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

.DEFAULT_GOAL := help
.PHONY: help site test build offline html lighthouse accept lint noise promise drill bench bench-docs clean always

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

site: build ## set up, build the site, serve it at http://127.0.0.1:8000
	@echo "Line by Line is at http://127.0.0.1:$(PORT)  (Ctrl+C ends it)"
	@$(RUN) -m http.server $(PORT) --bind 127.0.0.1 --directory site

test: .venv/ready ## set up, run everything: lint, types, library, pages, built site
	$(MAKE) --jobs 2 lint build
	$(RUN) -m pytest --numprocesses 2 --dist loadfile

build: .venv/ready site/index.html ## build the site into site/

offline: .venv/ready ## pack the site into site/line-by-line-offline.zip, which needs no server
	$(RUN) -m mkdocs build --strict --config-file mkdocs.offline.yml
	mkdir -p site
	$(RUN) -m zipfile -c site/line-by-line-offline.zip .cache/line-by-line

html: build ## check the HTML of every page with the Nu checker (needs java and npm)
	$(RUN) -m checks.html

lighthouse: .venv/ready ## score home, a chapter and a lab with Lighthouse (needs npm and chromium)
	$(RUN) -m checks.lighthouse

accept: .venv/ready ## take changed outputs and figures, delete orphans, list what changed
	$(RUN) -m pytest docs tests/figures --accept

lint: .venv/ready ## check style and types
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy

noise: .venv/ready ## run every page as other processors might round: twenty seeds, and the paths of this one
	$(RUN) -m checks.noise

promise: .venv/ready ## hold the digits that fits promise against exact arithmetic: 20,000 problems
	$(RUN) -m checks.promise

drill: .venv/ready ## corrupt a copy of the project, one thing at a time: each must be caught
	$(RUN) -m checks.drill

bench: .venv/ready ## measure the library beside numpy, scipy, scikit-learn, statsmodels and torch
	$(RUN) -m checks.bench_fit
	$(RUN) -m pytest -q docs/en/guides/fast.md --accept

bench-docs: .venv/ready ## measure what verifying the pages costs, against running the examples
	$(RUN) -m checks.bench_docs

clean: ## remove what the other commands made
	rm -rf .venv site build .cache .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -o -name '*.egg-info' | xargs rm -rf

site/index.html: $(SOURCES) .cache/addresses $(wildcard .cache/record.json)
	$(RUN) -m mkdocs build --strict

.cache/addresses: always
	@mkdir -p .cache
	@echo "$(SITE_URL) $(REPO_URL)" | cmp -s - $@ || echo "$(SITE_URL) $(REPO_URL)" > $@

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; found = '%d.%d.%d' % sys.version_info[:3]; \
	oldest = tuple(map(int, '$(OLDEST_PYTHON)'.split('.'))); \
	sys.exit(sys.version_info < oldest and '$(PYTHON) is Python ' + found + ', and requirements.lock ' \
	'needs $(OLDEST_PYTHON) or newer: install one and name it, as in make PYTHON=python3.13')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --retries 0 --extra-index-url $(TORCH_INDEX) $$(grep '^torch==' requirements.lock)
	$(BIN)/python -m pip install --quiet --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
