# make build: the binary with its pages' style, script and fonts and its list of towns inside.
# make demo, test, bench, screenshots: as the README says. make quick: CONTRIBUTING.md.

ASSETS  := server/assets
STATIC  := server/frame/static/SHA256SUMS
TOWNS   := referrals/towns/data/towns.tsv
MODULES := $(ASSETS)/node_modules/.package-lock.json
PAGES   := $(patsubst %.templ,%_templ.go,$(wildcard server/*/*.templ))

.PHONY: build setup assets pages demo test quick bench screenshots clean

export CGO_ENABLED = 1

setup:
	@sh .ci/setup

build: setup assets pages
	go build -o sportello ./cmd/sportello

assets: $(STATIC) $(TOWNS)

$(MODULES): $(ASSETS)/package.json $(ASSETS)/package-lock.json
	npm ci --prefix $(ASSETS) --no-audit --no-fund
	touch $@

$(STATIC): $(MODULES) $(ASSETS)/build.mjs $(wildcard $(ASSETS)/src/*)
	npm run --silent --prefix $(ASSETS) build

$(TOWNS): $(MODULES) $(ASSETS)/towns.mjs $(ASSETS)/changes.mjs
	npm run --silent --prefix $(ASSETS) towns

# The templates as Go, which is kept beside them: who has Go alone can build.
pages: $(PAGES)

$(PAGES): %_templ.go: %.templ
	cd server && go tool templ generate -log-level error -f $(patsubst server/%,%,$<)

demo: build
	./sportello demo

# Four at once: the story is told four times, each waiting for its own browser. It takes
# longest and so begins first: what else there is fills the other core meanwhile. The
# flood measures how fast somebody gets in: beside other tests it would measure them.
# What go vet finds, .ci/run asks of all of it, once.
test: setup assets pages
	go test -vet=off -timeout 60m -parallel 4 -skip '^TestFlood$$' ./server ./referrals/store ./...
	go test -vet=off -run '^TestFlood$$' ./cmd/sportello

# What fails first, under a minute: no browser, no killed process, nobody's day.
quick: assets pages
	go test ./crypto ./policies/... ./referrals ./referrals/kept ./referrals/rule ./server/frame ./server/locale
	go test -run '^Test(Every|No|Key|Import|Rooms|Page|Route|Template)' -skip 'TestEveryRouteForEverybody|TestNobody' ./referrals/store ./server/... ./cmd/sportello

bench: assets
	go test -run '^$$' -bench . ./...

screenshots: assets
	PICTURES=$(CURDIR)/server/screenshots CGO_ENABLED=1 go test -count=1 -run '^TestPictures$$' ./server

clean:
	rm -rf sportello $(ASSETS)/node_modules
	find server/frame/static referrals/towns/data -mindepth 1 ! -name .gitignore -delete
