package conform

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gomikey/gomikey/internal/vectors"
)

// parseReply reads a reply and checks its form.
func parseReply(line []byte, id int) (*reply, error) {
	var r struct {
		ID           json.Number     `json:"id"`
		OK           *bool           `json:"ok"`
		Error        json.RawMessage `json:"error"`
		ErrorMessage *string         `json:"error_message"`
	}
	var members map[string]any
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	if err := d.Decode(&members); err != nil {
		return nil, fmt.Errorf("the reply is not a JSON object: %v", err)
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, fmt.Errorf("the reply has not the form of one: %v", err)
	}
	switch {
	case r.ID.String() != strconv.Itoa(id):
		return nil, fmt.Errorf("the reply has the id %q, not %d", r.ID, id)
	case r.OK == nil:
		return nil, fmt.Errorf("the reply has no ok")
	case *r.OK:
		return &reply{ok: true, members: members}, nil
	}
	var e struct {
		Stage  string `json:"stage"`
		Code   *int   `json:"code"`
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(r.Error, &e); err != nil {
		return nil, fmt.Errorf("the error of the reply: %v", err)
	}
	if !slices.Contains(vectors.Stages, e.Stage) {
		return nil, fmt.Errorf("the error of the reply has the stage %q", e.Stage)
	}
	return &reply{members: members, stage: e.Stage, code: e.Code, detail: e.Detail, errorMessage: r.ErrorMessage}, nil
}

// resolve returns a request with what names stand for: credentials are those of a
// party, and "@2.keys.session" is that member of the reply to call 2.
func resolve(request, parties map[string]any, replies []map[string]any) (map[string]any, error) {
	out := make(map[string]any, len(request))
	for member, value := range request {
		if name, ok := value.(string); ok {
			switch {
			case strings.HasPrefix(name, "@"):
				var err error
				if value, err = lookUp(name[1:], replies); err != nil {
					return nil, err
				}
			case member == "credentials":
				value = parties[name]
			}
		}
		out[member] = value
	}
	return out, nil
}

// lookUp returns the member of an earlier reply that a path leads to: the number of
// the call, then names.
func lookUp(path string, replies []map[string]any) (any, error) {
	number, path, _ := strings.Cut(path, ".")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(replies) {
		return nil, fmt.Errorf("there is no call %s", number)
	}
	value := vectors.LookUp(replies[n-1], path)
	if value == nil {
		return nil, fmt.Errorf("the reply to call %d has no %s", n, path)
	}
	return value, nil
}
