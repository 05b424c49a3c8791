package sdp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	pionsdp "github.com/pion/sdp/v3"
)

func values(attributes []pionsdp.Attribute) string {
	var all []string
	for _, a := range attributes {
		all = append(all, a.String())
	}
	return strings.Join(all, " | ")
}

func TestR4567_015_OfferInOrderOfPreference(t *testing.T) {
	desc := mustParse(t, text("a=tool:x", "m=audio 4000 RTP/SAVP 0", "a=sendrecv"))
	if err := SetSession(desc, KeyMgmt{"keyp2", []byte{1}}, KeyMgmt{MIKEY, []byte{2}}); err != nil {
		t.Fatal(err)
	}
	if err := AddSession(desc, KeyMgmt{"keyp1", []byte{3}}); err != nil {
		t.Fatal(err)
	}
	const session = "tool:x | key-mgmt:keyp2 AQ== | key-mgmt:mikey Ag== | key-mgmt:keyp1 Aw=="
	if got := values(desc.Attributes); got != session {
		t.Errorf("session: %s", got)
	}
	media := desc.MediaDescriptions[0]
	if err := AddMedia(media, KeyMgmt{"keyp1", []byte{4}}); err != nil {
		t.Fatal(err)
	}
	if err := AddMedia(media, KeyMgmt{MIKEY, []byte{5}}); err != nil {
		t.Fatal(err)
	}
	if got := values(media.Attributes); got != "sendrecv | key-mgmt:keyp1 BA== | key-mgmt:mikey BQ==" {
		t.Errorf("media: %s", got)
	}

	data, err := Marshal(desc)
	if err != nil {
		t.Fatal(err)
	}
	levels := mustExtract(t, string(data))
	if ids := levels.IDs(SessionLevel); !slices.Equal(ids, []string{"keyp2", "mikey", "keyp1"}) {
		t.Errorf("session IDs %q", ids)
	}
	if ids := levels.IDs(0); !slices.Equal(ids, []string{"keyp1", "mikey"}) {
		t.Errorf("media IDs %q", ids)
	}
}

// A re-keying offer replaces the message (RFC 4567, Section 4.1.2).
func TestR4567_018_SetReplaces(t *testing.T) {
	desc := mustParse(t, text("a=key-mgmt:keyp1 AQAF", "a=tool:x", "a=key-mgmt:mikey AQAF",
		"m=audio 4000 RTP/SAVP 0", "a=key-mgmt:mikey AQAF", "a=sendrecv"))
	if err := SetSession(desc, KeyMgmt{MIKEY, []byte{9}}); err != nil {
		t.Fatal(err)
	}
	if got := values(desc.Attributes); got != "tool:x | key-mgmt:mikey CQ==" {
		t.Errorf("session: %s", got)
	}
	if err := SetMedia(desc.MediaDescriptions[0]); err != nil {
		t.Fatal(err)
	}
	if got := values(desc.MediaDescriptions[0].Attributes); got != "sendrecv" {
		t.Errorf("media: %s", got)
	}
	if err := SetSession(desc); err != nil {
		t.Fatal(err)
	}
	if got := values(desc.Attributes); got != "tool:x" {
		t.Errorf("session: %s", got)
	}
	// Set also repairs a level with broken attributes.
	desc.Attributes = []pionsdp.Attribute{{Key: "key-mgmt", Value: "?"}}
	if err := SetSession(desc, KeyMgmt{MIKEY, []byte{9}}); err != nil {
		t.Fatal(err)
	}
	if got := values(desc.Attributes); got != "key-mgmt:mikey CQ==" {
		t.Errorf("session: %s", got)
	}
}

func TestSetAndAddRefuse(t *testing.T) {
	good := KeyMgmt{MIKEY, []byte{1}}
	var many []KeyMgmt
	for i := range MaxAttributes + 1 {
		many = append(many, KeyMgmt{fmt.Sprintf("p%d", i), []byte{1}})
	}
	tests := []struct {
		name     string
		messages []KeyMgmt
		kind     error
		index    int
	}{
		{"protocol twice", []KeyMgmt{{"keyp1", []byte{1}}, good, good}, ErrDuplicate, 2},
		{"injection", []KeyMgmt{good, {"x\r\na=sendrecv", []byte{1}}}, ErrMalformed, 1},
		{"list as identifier", []KeyMgmt{{"mikey;keyp1", []byte{1}}}, ErrMalformed, 0},
		{"empty message", []KeyMgmt{{MIKEY, nil}}, ErrMalformed, 0},
		{"large message", []KeyMgmt{{MIKEY, make([]byte, MaxMessage+1)}}, ErrTooLarge, 0},
		{"many", many, ErrTooLarge, MaxAttributes},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			const before = "key-mgmt:old AQ=="
			desc := &pionsdp.SessionDescription{Attributes: []pionsdp.Attribute{{Key: "key-mgmt", Value: "old AQ=="}}}
			media := &pionsdp.MediaDescription{Attributes: slices.Clone(desc.Attributes)}
			for _, err := range []error{SetSession(desc, test.messages...), SetMedia(media, test.messages...)} {
				checkError(t, err, test.kind, fmt.Sprintf("key-mgmt attribute %d: ", test.index))
				var attribute *AttributeError
				if !errors.As(err, &attribute) || attribute.Index != test.index {
					t.Errorf("error is %+v", attribute)
				}
			}
			if values(desc.Attributes) != before || values(media.Attributes) != before {
				t.Errorf("changed: %s, %s", values(desc.Attributes), values(media.Attributes))
			}

			// Add accepts all but the offending one (the old one counts too).
			var err error
			desc.Attributes = nil
			for _, message := range test.messages {
				if err = AddSession(desc, message); err != nil {
					break
				}
			}
			checkError(t, err, test.kind, fmt.Sprintf("session level: key-mgmt attribute %d: ", test.index))
			if len(desc.Attributes) != test.index {
				t.Errorf("%d attributes, want %d", len(desc.Attributes), test.index)
			}
		})
	}
	desc := &pionsdp.SessionDescription{Attributes: []pionsdp.Attribute{{Key: "key-mgmt", Value: "old"}}}
	checkError(t, AddSession(desc, good), ErrMalformed, "session level: key-mgmt attribute 0")
}

// Setting one description must not write into a copy of it.
func TestSetAndAddDoNotShareMemory(t *testing.T) {
	attributes := make([]pionsdp.Attribute, 0, 8)
	attributes = append(attributes, pionsdp.NewAttribute("key-mgmt", "old AQ=="), pionsdp.NewPropertyAttribute("sendrecv"))
	first := &pionsdp.SessionDescription{Attributes: attributes}
	second := *first
	third := *first
	if err := AddSession(first, KeyMgmt{"a", []byte{1}}); err != nil {
		t.Fatal(err)
	}
	if err := AddSession(&second, KeyMgmt{"b", []byte{1}}); err != nil {
		t.Fatal(err)
	}
	if err := SetSession(&third, KeyMgmt{"c", []byte{1}}); err != nil {
		t.Fatal(err)
	}
	if got := values(first.Attributes); got != "key-mgmt:old AQ== | sendrecv | key-mgmt:a AQ==" {
		t.Errorf("first: %s", got)
	}
	if got := values(second.Attributes); got != "key-mgmt:old AQ== | sendrecv | key-mgmt:b AQ==" {
		t.Errorf("second: %s", got)
	}
	if got := values(third.Attributes); got != "sendrecv | key-mgmt:c AQ==" {
		t.Errorf("third: %s", got)
	}
}
