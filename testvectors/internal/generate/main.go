// Command generate writes the test vectors into the folder v1. "go generate
// ./testvectors" runs it; it needs nothing but the module, and gives the same
// files each time.
//
// A family is a function in a file of its own that returns one vectors.File. The
// values of its tests come from package reference, or from elsewhere with their
// source, and never from the library.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomikey/gomikey/internal/vectors"
)

// families are the files in the order of reports, by name.
var families = []func() *vectors.File{
	derive,
	psk,
	pskInvalid,
	updates,
	errorMessages,
	pk,
	pkInvalid,
	dh,
	dhInvalid,
	rsar,
	rsarInvalid,
	dhhmac,
	dhhmacInvalid,
	srtp,
	codec,
	codecInvalid,
	sdes,
	sdesAnswer,
	sdp,
	rtsp,
	field,
	policy,
}

func main() {
	for _, family := range families {
		f := family()
		if err := write(f); err != nil {
			fmt.Fprintf(os.Stderr, "generate: %s: %v\n", f.Family, err)
			os.Exit(1)
		}
	}
}

// usedNotes are the notes of flags that a test has: families share functions that
// explain more.
func usedNotes(f *vectors.File) map[string]vectors.Note {
	used := map[string]vectors.Note{}
	for _, g := range f.TestGroups {
		for _, t := range g.Tests {
			for _, flag := range t.Flags {
				if note, ok := f.Notes[flag]; ok {
					used[flag] = note
				}
			}
		}
	}
	return used
}

func write(f *vectors.File) error {
	f.Notes = usedNotes(f)
	data, err := vectors.Format(f)
	if err != nil {
		return err
	}
	if _, err := vectors.Parse(data); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("v1", f.Family+".json"), data, 0o644)
}
