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

func lookUp(path string, replies []map[string]any) (any, error) {
	names := strings.Split(path, ".")
	n, err := strconv.Atoi(names[0])
	if err != nil || n < 1 || n > len(replies) {
		return nil, fmt.Errorf("@%s: there is no such call", path)
	}
	var value any = replies[n-1]
	for _, name := range names[1:] {
		value = member(value, name)
		if value == nil {
			return nil, fmt.Errorf("the reply to call %d has no %s", n, strings.Join(names[1:], "."))
		}
	}
	return value, nil
}

// member returns a member of an object, or an element of a list, whose name is
// its index from 0.
func member(value any, name string) any {
	switch value := value.(type) {
	case map[string]any:
		return value[name]
	case []any:
		if i, err := strconv.Atoi(name); err == nil && 0 <= i && i < len(value) {
			return value[i]
		}
	}
	return nil
}
