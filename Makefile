# Targets for people; `go test ./...` alone needs none of them.

GOTOOL = go tool -modfile=tools/go.mod

.PHONY: test docs accuracy exhaustive viewer-test slide vet staticcheck race fuzz bench peers peers-setup arm64 contraction cross ci

test:            ## all tests
	go test ./...

accuracy:        ## docs/accuracy.md: stabilised expressions against correctly rounded values
	go run ./bench/accuracy -docs

exhaustive:      ## functions of float32 at all 2^32 arguments, in hours; FUNC=exp selects
	go test -count=1 -timeout 24h -run 'TestFloat32/$(FUNC)' -v ./backend/internal/elementary -exhaustive

slide:           ## the main job: simplify, differentiate, print and run the slide on real input
	go run ./examples/02-slide

docs:            ## the reference of operations and rules, from the tables
	go run ./docs

viewer-test:     ## the stage viewer in a browser, chromium
	go test -count=1 -run 'Viewer|Stages' ./backend

vet:
	go vet ./...

staticcheck:     ## static analysis; the tool's version is fixed in tools/go.mod
	$(GOTOOL) staticcheck ./...

race:            ## the tests under the race detector, without the long ones
	go test -race -short ./...

FUZZTIME ?= 60s
fuzz = go test -run '^$$' -fuzz '^$(1)$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 1s $(2)
fuzz:            ## each fuzz target for FUZZTIME
	$(call fuzz,FuzzParse,./expr/syntax)
	$(call fuzz,FuzzParse,./expr)
	$(call fuzz,FuzzGraph,./backend)
	$(call fuzz,FuzzFusion,./backend)
	$(call fuzz,FuzzRows,./backend)
	$(call fuzz,FuzzParse,./backend/internal/kernel)
	$(call fuzz,FuzzStraightLine,./backend/internal/interp)
	$(call fuzz,FuzzNest,./backend/internal/interp)
	$(call fuzz,FuzzRead,./cmd/arignote/internal/npy)
	$(call fuzz,FuzzArchive,./cmd/arignote/internal/npy)

bench:           ## growth with the graph of building, differentiating and simplifying, and of the way to the first result
	go test -run '^$$' -bench 'Growth|FirstResult' -benchtime 4x ./backend

ONLY ?=
peers:           ## beside C and the best other implementations; ONLY=W1,W9 selects workloads
	go run ./bench/compare -only '$(ONLY)' $(PEERSFLAGS)

peers-setup:     ## installs what the peers need from Debian
	sh bench/peers-setup.sh

arm64:           ## the tests of the library on arm64, emulated (Debian's qemu-user)
	GOARCH=arm64 go test -short -exec qemu-aarch64 $(or $(PKG),./expr/... ./autodiff/... ./optimize/... ./backend/...)

contraction:     ## no product and sum may become one instruction: results would depend on the platform
	sh tools/contraction.sh

cross:           ## builds for other platforms
	GOOS=linux GOARCH=arm64 go vet ./...
	GOOS=darwin GOARCH=arm64 go vet ./...
	GOOS=windows GOARCH=amd64 go vet ./...
	GOOS=js GOARCH=wasm go vet ./...
	GOOS=linux GOARCH=386 go build ./...

ci:
	bash .ci/run
