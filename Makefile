# Podium's commands for people and for CI. `make help` lists them.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release --explicit-target-dependency-import-check error
PODIUM := .build/release/podium
PACKAGES := libcurl4 libpq-dev libssl-dev zlib1g-dev libopenblas0 libdnnl-dev libxml2-dev postgresql pkg-config python3-pip
SUDO := $(if $(filter 0,$(shell id -u)),,sudo -E)
# What the program says that it was built from; nothing outside a checkout.
export PODIUM_COMMIT := $(shell git describe --always --abbrev=12 --exclude='*' --dirty=-modified 2>/dev/null)
# Where the real benchmark data lies. Without it, `make test` leaves out the tests that read it, and says so.
export PODIUM_TEST_DATA
# XLA's CPU plug-in, on which the tests run what TPUs run, and the TPU's compiler.
PLUGINS := $(abspath .build/plugins)
export PODIUM_PJRT_PLUGIN ?= $(PLUGINS)/xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so
export PODIUM_TEST_LIBTPU ?= $(PLUGINS)/libtpu/libtpu.so
# Selenium and axe-core, which drive and examine the dashboard in Debian's Chromium.
BROWSER := $(abspath .build/browser)
# The binary that packages carry has Swift's runtime in it, and a build folder of its own.
STATIC := .build-static
DIST := dist
VERSION = $(firstword $(shell $(STATIC)/release/podium --version))

.PHONY: help deps plugin browser fuzz build quickstart test slurm lint format snapshots static deb dist check-deb check-dist clean

help: ## Lists these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## Installs the Debian packages that are missing, and says which
	@missing=""; \
	for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "Installing with apt-get:$$missing"; \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi
	@command -v $(SWIFT) >/dev/null || { echo "The Swift toolchain (6.2 or newer) is not in PATH: see https://www.swift.org/install"; exit 1; }

build: deps ## Builds the release binary
	$(BUILD) --product podium

quickstart: build ## Runs jobs/quickstart.yaml and ends with a leaderboard and a report
	$(PODIUM) run jobs/quickstart.yaml --report report

plugin: deps # Fetches the plug-ins that the tests need
	@test -e $(PODIUM_PJRT_PLUGIN) -a -e $(PODIUM_TEST_LIBTPU) || { \
	  echo "Installing with pip: xla-cpu-pjrt libtpu (into .build/plugins)"; \
	  python3 -m pip install --quiet --disable-pip-version-check --upgrade --target $(PLUGINS) xla-cpu-pjrt libtpu; \
	}

browser: # Fetches what the browser tests need
	@test -e $(BROWSER)/selenium -a -e $(BROWSER)/axe_playwright_python || { \
	  echo "Installing with pip: selenium, and axe-core's copy in axe-playwright-python (into .build/browser)"; \
	  python3 -m pip install --quiet --disable-pip-version-check --upgrade --target $(BROWSER) selenium && \
	  python3 -m pip install --quiet --disable-pip-version-check --upgrade --no-deps --target $(BROWSER) axe-playwright-python; \
	}

test: PACKAGES += chromium chromium-driver openmpi-bin
test: plugin browser ## Lints, builds and runs the tests; PODIUM_TEST_DATA=FOLDER adds those of real data
	@$(MAKE) --no-print-directory lint
	$(BUILD) --build-tests
	@SWIFT='$(SWIFT)' Tests/run
	PYTHONPATH=$(BROWSER) python3 Tests/browser/run.py $(PODIUM)

fuzz: build ## Fuzzes the dashboard's API from its document (schemathesis; some minutes)
	@test -e .build/fuzz/schemathesis || python3 -m pip install --quiet --disable-pip-version-check --target .build/fuzz schemathesis
	PYTHONPATH=.build/fuzz python3 Tests/browser/fuzz.py $(PODIUM)

slurm: PACKAGES += openmpi-bin slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge
slurm: build ## Runs 50 fine-tunings through pilots on three Slurm nodes on this machine, with faults (root; ten minutes)
	python3 Tests/slurm/run.py $(PODIUM)

lint: ## Checks the format of every Swift file
	$(SWIFT) format lint --strict --parallel --recursive Package.swift Sources Tests migrations reports web

format: ## Formats every Swift file
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests migrations reports web

snapshots: build ## Records the tests' golden files anew
	RECORD_SNAPSHOTS=1 $(SWIFT) test -c release --no-parallel || true

static: deps # Builds the binary of packages
	@mkdir -p $(STATIC)/without-urlsession
	clang -O2 -fPIC -c packaging/without-urlsession.c -o $(STATIC)/without-urlsession/curl.o
	ar crs $(STATIC)/without-urlsession/libcurl.a $(STATIC)/without-urlsession/curl.o
	$(BUILD) --static-swift-stdlib -Xlinker -L$(abspath $(STATIC))/without-urlsession --scratch-path $(STATIC) --product podium

deb: PACKAGES += dpkg-dev binutils
deb: static ## Builds dist/podium_VERSION_ARCHITECTURE.deb, for Debian 12 without Swift
	packaging/build-deb $(STATIC)/release/podium $(DIST)

dist: PACKAGES += patchelf binutils xz-utils
dist: static ## Packs dist/podium-VERSION-linux-ARCHITECTURE.tar.xz, for any Linux with glibc 2.36 or newer
	packaging/build-dist $(STATIC)/release/podium $(DIST)

check-deb: PACKAGES += debootstrap
check-deb: deb ## Installs, uses and purges the package in a bare Debian (root, ten minutes)
	packaging/check-deb $(DIST)/podium_$(VERSION)_$(shell dpkg --print-architecture).deb

check-dist: PACKAGES += debootstrap
check-dist: dist ## Uses the tarball as a worker in bare systems (root, ten minutes)
	packaging/check-dist $(DIST)/podium-$(VERSION)-linux-$(shell uname -m).tar.xz

clean: ## Removes what was built
	rm -rf .build $(STATIC) $(DIST) report
