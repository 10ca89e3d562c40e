# Every target sets up what it needs first; a second call starts at once. Needs Python 3.11+, make, git.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
LANDING ?= sample_data
HOME_DIR ?= .local
ENV ?= dev

RUN := .venv/bin/python
CAUDAL := .venv/bin/caudal

.DEFAULT_GOAL := help
.PHONY: help setup packages python browser demo dashboard test lint format bench chaos conformance synth deploy destroy docs sample requirements hooks clean

help: ## this list; every command: .venv/bin/caudal --help
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: python ## the set-up alone
	@$(PYTHON) scripts/setup.py

# Templates need no Java.
packages: python
	@$(PYTHON) scripts/setup.py --without-java

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=..."; exit 1; }

demo: setup ## the whole product on sample_data, here; LANDING=dir HOME_DIR=dir
	@$(CAUDAL) demo --landing "$(LANDING)" --home "$(HOME_DIR)"

dashboard: setup ## the dashboards in a browser, from HOME_DIR; ARGS="--export reports"
	@$(CAUDAL) up --home "$(HOME_DIR)"
	@$(CAUDAL) dashboard --home "$(HOME_DIR)" $(ARGS)

# Chromium and the packages of the pages, which only tests need.
browser: setup
	@$(RUN) scripts/browser.py

test: browser ## all tests; ARGS="tests/lake -k columns"
	@$(RUN) -m pytest $(or $(ARGS),-n 2)

chaos: setup ## the long fault-injection runs
	@$(RUN) -m pytest -m chaos $(ARGS)

conformance: setup ## both domains on Spark's real S3 client, Athena's SQL on real Trino; needs mvn
	@$(RUN) -m conformance $(ARGS)

lint: setup ## ruff, mypy, import directions, sizes, generated docs, cdk-nag, cfn-lint, statelint
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy .
	@$(CAUDAL) lint

format: setup ## put imports and layout in order
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

bench: setup ## benchmarks at the size of the real history; ARGS="--no-months"
	@$(CAUDAL) bench $(ARGS)

synth: packages ## the CloudFormation templates, in cdk.out; ENV=dev|prod
	@$(CAUDAL) synth --env $(ENV) $(ARGS)

deploy: packages ## to the AWS account that is signed in, after showing what it costs; ENV=dev|prod
	@$(CAUDAL) deploy --env $(ENV) $(ARGS)

destroy: packages ## the stacks of ENV; buckets stay unless two switches say otherwise
	@$(CAUDAL) destroy --env $(ENV) $(ARGS)

docs: setup ## the generated pages of docs/
	@$(CAUDAL) docs

sample: setup ## the committed sample data
	@for domain in $(notdir $(patsubst %/sample/,%,$(wildcard domains/*/sample/))); do \
		$(CAUDAL) sample $$domain --committed --out sample_data || exit 1; done

requirements: setup ## pin the dependencies of pyproject.toml anew, in requirements.txt
	@.build/uv-*/bin/uv pip compile --quiet --no-header --python-version 3.11 --all-extras pyproject.toml -o requirements.txt

hooks: setup ## run the lint before each commit
	@.venv/bin/pre-commit install

clean: ## everything that was made here, data included
	rm -rf .venv .build .local cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
