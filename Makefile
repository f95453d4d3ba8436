# What each target does stands behind its name; `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

# Debian 12 packages: libraries to build with, the real programs that tests and the demonstration run.
PACKAGES := dpkg-dev pkg-config libssl-dev libgpiod-dev tzdata libgps-dev libmosquitto-dev libsqlite3-dev libyaml-dev libosmium2-dev libprotozero-dev \
	libstdc++-12-dev zlib1g-dev libbz2-dev libexpat1-dev liblz4-dev \
	gpsd mosquitto mosquitto-clients osmium-tool sqlite3 openssl strace systemd \
	libjs-leaflet chromium chromium-driver curl python3-venv eslint
# Holds the HTTP interface against its description, and axe the page against the rules of accessibility; out of Python's index, and so only where that can be reached.
SCHEMATHESIS := $(HOME)/.cache/patrollink-schemathesis
# Debian keeps modules where only Debian's own node looks; another one may stand first in the path.
ESLINT := NODE_PATH=/usr/share/nodejs:/usr/lib/nodejs eslint --format unix --max-warnings 0
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# One set of flags for lint, tests and demonstration, so that all of them share one build.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
TEST_FLAGS := --disable-xctest $(SWIFT_FLAGS)
# What is installed needs no Swift on its machine.
RELEASE_FLAGS := -c release --static-swift-stdlib --scratch-path .build-static
RELEASED := $(addprefix .build-static/release/,patrold command-room patrolctl patrol-sim patrol-bench)

.PHONY: help swift deps build test lint demo soak nights fuzz check-deep release deb clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

swift:
	@version=$$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1); \
	case "$$version" in \
	'') echo "Swift 6.3 is needed and no 'swift' was found: install it from https://www.swift.org/install/linux/ and run make again" >&2; exit 1;; \
	[0-5].* | 6.[0-2]) echo "Swift 6.3 is needed and this is $$version: install it from https://www.swift.org/install/linux/ and run make again" >&2; exit 1;; \
	esac

deps: swift ## install what is missing of Debian's packages
	@missing=$$(for package in $(PACKAGES); do \
		dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; done); \
	if [ -n "$$missing" ]; then \
		echo "Installing:" $$missing; \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

build: deps ## build everything, for debugging
	swift build $(SWIFT_FLAGS)

$(SCHEMATHESIS)/.with-axe-and-tiles: | deps
	@python3 -m venv $(SCHEMATHESIS) && $(SCHEMATHESIS)/bin/pip install -q 'schemathesis>=4,<5' 'axe-core-python>=0.1,<1' 'mapbox-vector-tile>=2,<3' && touch $@ || \
		echo "schemathesis and axe could not be installed: the tests of openapi.yaml and of accessibility will be left out" >&2

test: deps $(SCHEMATHESIS)/.with-axe-and-tiles ## build and run all tests, with real gpsd and mosquitto on free loopback ports
	swift build --build-tests $(TEST_FLAGS)
	swift test --skip-build --parallel $(TEST_FLAGS)

lint: deps ## format, imports, warnings, the page's scripts, systemd units
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	$(ESLINT) Sources/Room/Board/Web
	swift build --build-tests $(TEST_FLAGS)
	systemd/check

demo: deps ## a town, thirteen cars, an incident; HEADLESS=1 ends by itself; MAP=CITY.osm.pbf UNITS=300 INCIDENTS=10: a city of your own
	@echo "Building (the first time takes some minutes) ..."
ifdef MAP
	@swift build -c release $(SWIFT_FLAGS) --quiet
	@.build/release/patrol-sim demo --map $(MAP) --units $(if $(UNITS),$(UNITS),300) --incidents $(if $(INCIDENTS),$(INCIDENTS),10) $(if $(filter 1,$(HEADLESS)),--headless)
else
	@swift build $(SWIFT_FLAGS) --quiet
	@echo "The night before, in speeded time: lines joined and left, posts, and what was missed when the night window closed"
	@.build/debug/patrol-sim day --hours 9 --events post,line --most 3
	@.build/debug/patrol-sim demo $(if $(filter 1,$(HEADLESS)),--headless)
endif

soak: deps ## SECONDS=600 of every fault at random moments, then every record is looked for
	@swift build -c release --quiet
	@.build/release/patrol-sim soak --seconds $(if $(SECONDS),$(SECONDS),600)

nights: deps ## N=10000 nights of fleets, rooms, disks and links that fail, in simulated time; a violation prints its seed
	@swift build -c release --product patrol-nights --quiet
	@.build/release/patrol-nights --count $(if $(N),$(N),10000) --jobs $$(nproc) --seed $(if $(SEED),$(SEED),1)

fuzz: deps ## SECONDS=60 of spoilt input of every kind under the address sanitizer; a failure prints what repeats it
	for program in command-room patrold patrolctl patrol-fuzz; do \
		swift build --sanitize=address --scratch-path .build-asan --product $$program $(SWIFT_FLAGS) || exit 1; done
	ASAN_OPTIONS=detect_leaks=0 .build-asan/debug/patrol-fuzz --seconds $(if $(SECONDS),$(SECONDS),60)

check-deep: deps ## all tests again under the thread and the address sanitizer, and 20 s of spoilt input
	TSAN_OPTIONS="suppressions=$(CURDIR)/Tests/tsan.supp" \
		swift test --sanitize=thread --scratch-path .build-tsan --parallel $(TEST_FLAGS)
	LSAN_OPTIONS="suppressions=$(CURDIR)/Tests/lsan.supp" \
		swift test --sanitize=address --scratch-path .build-asan --parallel $(TEST_FLAGS)
	$(MAKE) fuzz SECONDS=20

release: deps ## all programs for installing: Swift's libraries linked in, stripped
	@# One by one: a target of the tests needs a library that is not there for linking in.
	for program in $(notdir $(RELEASED)); do swift build $(RELEASE_FLAGS) $(SWIFT_FLAGS) --product $$program || exit 1; done
	strip $(RELEASED)
	@ls -l $(RELEASED)

deb: release ## Debian packages of all programs, in .build-deb
	@.packaging/build .build-static/release .build-deb

clean: ## remove what was built
	rm -rf .build .build-tsan .build-asan .build-static .build-deb
