// Package interop holds tests with programs that others wrote: FFmpeg, baresip,
// libsrtp, Wireshark and GStreamer. Nothing leaves the loopback interface.
//
// A test is skipped, with the reason, where its program is not installed or
// with -short. With INTEROP=required in the environment it fails instead; that
// is how .ci/run calls it, after it has installed the programs:
//
//	bash .ci/run interop
//
// What the tests find out is the matrix of docs/interop.md. With
// INTEROP=required, they fail if it has changed. To write it anew:
//
//	go test ./interop/ -update
package interop
