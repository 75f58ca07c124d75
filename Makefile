# fleetplan: plan LLM serving fleets. `make help` lists the targets.

SWIFT ?= swift
# Debian packages: GLPK with its headers and tools; LAPACK for the fit of the latency model.
PACKAGES := libglpk-dev glpk-utils liblapacke-dev
# What only tests need: CBC, an independent solver that they ask for the same optimum; Chromium, in which they open the
# reports; Slurm, under which they run a batch. Tests whose package cannot be had say so and are left out.
TEST_PACKAGES := coinor-cbc chromium slurmctld slurmd slurm-client munge
FLEETPLAN := .build/release/fleetplan
DEMO := examples/fleet-of-4-models/problem.json

.PHONY: help demo test build lint format examples expected clean setup

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## Plan a fleet of three vendors; the report goes to out/report.html
	@mkdir -p out
	$(FLEETPLAN) plan $(DEMO) --output out/plan.json --report out/report.html
	@echo
	@echo "Problem  $(DEMO)"
	@echo "Plan     out/plan.json"
	@echo "Report   out/report.html (open it in a browser)"

test: setup ## Build everything and run all tests
	@$(MAKE) --no-print-directory setup PACKAGES="$(TEST_PACKAGES)" OPTIONAL=1
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

build: setup ## Build the release command
	$(SWIFT) build -c release --product fleetplan

lint: ## Check formatting and style
	$(SWIFT) format lint --strict -r Sources Tests Package.swift

format: ## Format all Swift files in place
	$(SWIFT) format -i -r Sources Tests Package.swift

examples: build ## Plan every example and compare with its expected.json
	@$(MAKE) --no-print-directory setup PACKAGES=jq
	.ci/examples $(FLEETPLAN)

expected: setup ## Write every examples/*/expected.json anew from the plans of today
	FLEETPLAN_WRITE_EXPECTED=1 $(SWIFT) test --filter ExampleTests/isPlannedAsExpected

clean: ## Remove what was built
	rm -rf .build .build-ci out

# Installs what is missing where that is possible, and says what to do where it is not.
setup:
	@missing=; \
	if command -v dpkg-query > /dev/null; then \
	  for package in $(PACKAGES); do \
	    dpkg-query -W -f '$${Status}' $$package 2> /dev/null | grep -q '^install ok installed' \
	      || missing="$$missing $$package"; \
	  done; \
	  if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ]; then root=; \
	    elif command -v sudo > /dev/null; then root=sudo; \
	    elif [ -n "$(OPTIONAL)" ]; then echo "Tests that need$$missing are left out."; exit 0; \
	    else echo "Missing packages. As root: apt-get install$$missing" >&2; exit 1; fi; \
	    echo "Installing$$missing"; \
	    $$root apt-get update -qq; \
	    if [ -z "$(OPTIONAL)" ]; then \
	      $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	    else for package in $$missing; do \
	      $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$package > /dev/null \
	        || echo "Tests that need $$package are left out: it cannot be installed."; \
	    done; fi; \
	  fi; \
	elif ! command -v glpsol > /dev/null; then \
	  echo "GLPK 5.0 with its headers is missing (Debian: libglpk-dev, glpk-utils; Homebrew: glpk)." >&2; exit 1; \
	fi
	@command -v $(SWIFT) > /dev/null || { \
	  echo "The Swift compiler is missing: install Swift 6.1 or later from https://www.swift.org/install/linux" >&2; \
	  echo "(its usr/bin folder must be in PATH), then run make again." >&2; exit 1; }
