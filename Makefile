.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
VENDOR := app/static/vendor
# Test processes, and more arguments for pytest: make test JOBS=4 PYTEST='-k vendors'
JOBS ?= 2
PYTEST ?=

# Each step leaves a stamp in the folder it made, so deleting the folder undoes the step.
BOOT := .venv/.made-boot
APP := .venv/.made-app
DEV := .venv/.made-dev
ASSETS := $(VENDOR)/.made

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(APP) $(ASSETS) .stamps/libraries ## Set up what is missing, then serve the demo on 127.0.0.1:8000
	@exec .venv/bin/assay serve --demo

test: setup .stamps/libraries .stamps/browser .stamps/office ## Set up what is missing, then run every test
	@$(PY) -m pytest -n $(JOBS) --dist worksteal $(PYTEST)

lint: $(DEV) ## Style, formatting and floors
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: $(DEV) ## mypy --strict
	.venv/bin/mypy

bench: setup .stamps/libraries .venv/.made-bench ## Ratios against the peer of each row, measured in the same run
	@$(PY) -m benchmarks

setup: $(DEV) $(ASSETS) ## Python packages and browser assets for development

lock: $(BOOT) ## Renew the lock files
	printf 'setuptools\nuv\n' | $(COMPILE) --no-annotate --no-header - -o requirements-uv.lock
	$(COMPILE) requirements.in -o requirements.lock
	$(COMPILE) requirements-dev.in -o requirements-dev.lock
	$(COMPILE) requirements-bench.in -o requirements-bench.lock
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error
	$(PY) scripts/strip_addresses.py package-lock.json

clean: ## Remove everything that was installed or cached; the data folder stays
	rm -rf .venv node_modules $(VENDOR) .stamps *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find app tests benchmarks migrations -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

COMPILE := .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url

OURS := .venv/bin/uv pip install -q --python $(PY) --no-deps --no-build-isolation -e .

$(BOOT): requirements-uv.lock
	@python=$$(scripts/find-python) && echo "Python environment: $$python" && "$$python" -m venv --clear .venv
	@.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

$(APP): $(BOOT) requirements.lock pyproject.toml
	@echo "Python packages"
	@.venv/bin/uv pip install -q --require-hashes --python $(PY) -r requirements.lock
	@$(OURS)
	@touch $@

$(DEV): $(APP) requirements-dev.lock
	@echo "Python packages of the checks"
	@.venv/bin/uv pip sync -q --require-hashes --python $(PY) requirements-uv.lock requirements-dev.lock
	@$(OURS)
	@touch $@

.venv/.made-bench: $(DEV) requirements-bench.lock
	@echo "Python packages of the benchmarks' peers"
	@.venv/bin/uv pip install -q --require-hashes --python $(PY) -r requirements-bench.lock
	@touch $@

$(ASSETS): package.json package-lock.json .npmrc
	@echo "Browser assets"
	@command -v npm >/dev/null || { echo "npm is missing. On Debian: sudo apt-get install npm" >&2; exit 1; }
	@npm ci --include=dev --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@mkdir -p $(VENDOR)
	@cp node_modules/htmx.org/dist/htmx.min.js node_modules/@picocss/pico/css/pico.min.css $(VENDOR)/
	@cp node_modules/inter-ui/web/Inter-{Regular,Italic,Medium,SemiBold,Bold}.woff2 $(VENDOR)/
	@cp node_modules/@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2 $(VENDOR)/
	@touch $@

.stamps/%: scripts/system-packages $(BOOT)
	@scripts/system-packages $*
	@mkdir -p .stamps && touch $@

.PHONY: help run test lint types bench setup lock clean
