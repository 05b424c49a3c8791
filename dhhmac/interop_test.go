package dhhmac_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInteropTable: the sizes that docs/interop.md gives are those of messages.
func TestInteropTable(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join("..", "docs", "interop.md"))
	if err != nil {
		t.Fatal(err)
	}
	line := func(message []byte) int {
		return len("a=key-mgmt:mikey " + base64.StdEncoding.EncodeToString(message))
	}
	for _, g := range allGroups(t) {
		p := newPair(t, nil, g)
		request, _ := p.start(t, usualOffer())
		answer, _ := p.respond(t, request)
		dhi, dhr := g.ValueLen()
		row := fmt.Sprintf("| %s | %d | %d | %d | %d, %d | %d, %d |", g, g.Group(),
			dhi, dhr, len(request), len(answer), line(request), line(answer))
		if !strings.Contains(string(doc), row+"\n") {
			t.Errorf("docs/interop.md has no row\n%s", row)
		}
	}
}
