# Names for the longer commands. "go test ./..." works without any of this.
.PHONY: check test conform mutation interop fuzz fuzz-long bench

# Everything that continuous integration runs.
check:
	bash .ci/run

test:
	go test ./...

# The conformance suite, also through the line protocol and against the peer in
# Python.
conform:
	bash .ci/run conform

# Breaks the library in many ways, and shows that the test vectors notice.
mutation:
	bash .ci/run mutation

# Tests with FFmpeg, baresip, libsrtp, Wireshark and GStreamer. On Debian as
# root, those are installed.
interop:
	bash .ci/run interop

# Ten seconds for each fuzz target, or FUZZTIME.
fuzz:
	bash .ci/run fuzz

fuzz-long:
	FUZZTIME=$${FUZZTIME:-10m} bash .ci/run fuzz

bench:
	go test -run '^$$' -bench . -benchmem ./...
