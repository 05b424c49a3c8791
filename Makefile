# Names for the longer commands. "go test ./..." works without any of this.
.PHONY: check test interop fuzz fuzz-long bench

# Everything that continuous integration runs.
check:
	bash .ci/run

test:
	go test ./...

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
