// Package testvectors holds test vectors for MIKEY (RFC 3830 and its
// extensions) and SDP Security Descriptions (RFC 4568) as JSON files. It imports
// nothing of this module, and its README.md says how to read the files in any
// language.
package testvectors

import "embed"

//go:generate go run ./internal/generate

// FS has the vector files in v1 and their schemas in schemas.
//
//go:embed v1/*.json schemas/*.json
var FS embed.FS
