.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
STAMP := .stamps

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

$(STAMP)/bootstrap: requirements-uv.lock
	@mkdir -p $(STAMP)
	python3 -m venv --clear .venv
	.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@touch $@

$(STAMP)/app: $(STAMP)/bootstrap requirements.lock pyproject.toml
	.venv/bin/uv pip install -q --require-hashes --python $(PY) -r requirements.lock
	.venv/bin/uv pip install -q --python $(PY) --no-deps -e .
	@touch $@

$(STAMP)/dev: $(STAMP)/app requirements-dev.lock
	.venv/bin/uv pip install -q --require-hashes --python $(PY) -r requirements-dev.lock
	@touch $@

$(STAMP)/assets: package-lock.json
	@mkdir -p $(STAMP) app/static/vendor
	npm ci --silent --ignore-scripts --no-audit --no-fund
	cp node_modules/htmx.org/dist/htmx.min.js node_modules/@picocss/pico/css/pico.min.css app/static/vendor/
	cp node_modules/inter-ui/web/Inter-{Regular,Italic,Medium,SemiBold,Bold}.woff2 app/static/vendor/
	cp node_modules/@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2 app/static/vendor/
	@touch $@

setup: $(STAMP)/dev $(STAMP)/assets ## Install everything the checks need

lock: ## Renew the lock files
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.lock
	.venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.lock

.PHONY: help setup lock
