package conform

import (
	"testing"

	"github.com/gomikey/gomikey/internal/vectors"
	"github.com/gomikey/gomikey/testvectors"
)

// TestSuite runs the whole suite against this library.
func TestSuite(t *testing.T) {
	files, err := vectors.Load(testvectors.FS)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(Library(), files, Options{Complete: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Status != Passed {
			t.Errorf("%s/%d %s: %s", r.Family, r.TCID, r.Comment, r.Detail)
		}
	}
	t.Logf("%d tests", report.Total.Tests)
}
