# Every target sets up what it needs first; a second call starts at once. Needs Python 3.11+, make, git.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
LANDING ?= sample_data
HOME_DIR ?= .local
ENV ?= dev

RUN := .venv/bin/python
SOURCES := .

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench chaos synth deploy destroy docs sample requirements clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## the set-up alone
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=..."; exit 1; }
	@$(PYTHON) scripts/setup.py

demo: setup ## the whole product on sample_data, here; LANDING=dir HOME_DIR=dir
	@$(RUN) -m localcloud demo --landing "$(LANDING)" --home "$(HOME_DIR)"

test: setup ## all tests
	@$(RUN) -m pytest $(ARGS)

chaos: setup ## the long fault-injection runs
	@$(RUN) -m pytest -m chaos $(ARGS)

lint: setup ## ruff, mypy, cdk-nag, cfn-lint, and what is generated from the declarations
	@$(RUN) -m ruff check $(SOURCES)
	@$(RUN) -m ruff format --check $(SOURCES)
	@$(RUN) -m mypy $(SOURCES)
	@$(RUN) -m lake.documentation.dictionary --check
	@$(RUN) -m infra.ops.lint

format: setup ## put imports and layout in order
	@$(RUN) -m ruff check --fix $(SOURCES)
	@$(RUN) -m ruff format $(SOURCES)

bench: setup ## benchmarks at the size of the real history
	@$(RUN) -m bench $(ARGS)

synth: setup ## the CloudFormation templates, in cdk.out; ENV=dev|prod
	@$(RUN) app.py -c env=$(ENV) $(ARGS)

deploy: setup ## to the AWS account that is signed in, after saying what it costs; ENV=dev|prod
	@$(RUN) -m infra.ops.deploy --env $(ENV) $(ARGS)

destroy: setup ## the stacks of ENV; buckets stay unless two switches say otherwise
	@$(RUN) -m infra.ops.deploy destroy --env $(ENV) $(ARGS)

docs: setup ## the data dictionary
	@$(RUN) -m lake.documentation.dictionary

sample: setup ## the committed sample data
	@for domain in $(notdir $(patsubst %/sample/,%,$(wildcard domains/*/sample/))); do \
		$(RUN) -m domains.$$domain.sample --committed --out sample_data || exit 1; done

requirements: setup ## pin requirements.in anew
	@.build/uv-*/bin/uv pip compile --quiet --no-header --python-version 3.11 requirements.in -o requirements.txt

clean: ## everything that was made here, data included
	rm -rf .venv .build .local cdk.out .pytest_cache .mypy_cache .ruff_cache .hypothesis
