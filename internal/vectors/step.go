package vectors

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// checkStep checks that the value of a step stands where it says.
func (c *Call) checkStep(s *Step) error {
	value, err := hex.DecodeString(s.Value)
	if err != nil {
		return err
	}
	if s.In == "" {
		if s.At != 0 {
			return errors.New("at without in")
		}
		return nil
	}
	var from any = c.Reply
	path, isRequest := strings.CutPrefix(s.In, "request.")
	if isRequest {
		from = c.Request
	}
	text, ok := LookUp(from, path).(string)
	if !ok {
		return fmt.Errorf("%s is not there, or no string", s.In)
	}
	if strings.HasPrefix(text, "@") {
		return nil // known when the test runs
	}
	octets, err := Octets(path, text)
	if err != nil {
		return fmt.Errorf("%s: %w", s.In, err)
	}
	if s.At > len(octets) || !bytes.HasPrefix(octets[s.At:], value) {
		return fmt.Errorf("its value does not stand in %s at octet %d", s.In, s.At)
	}
	return nil
}

// LookUp returns what a path leads to: names of members and numbers of list
// elements, with dots between them. It returns nil if there is no such thing.
func LookUp(v any, path string) any {
	for _, name := range strings.Split(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// Octets returns the octets of a member: messages are in base64, everything else
// in hexadecimal.
func Octets(path, text string) ([]byte, error) {
	switch path[strings.LastIndexByte(path, '.')+1:] {
	case "message", "answer", "error_message":
		return base64.StdEncoding.DecodeString(text)
	}
	return hex.DecodeString(text)
}
