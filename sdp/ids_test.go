package sdp

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestR4567_023_ListGrammar(t *testing.T) {
	tests := [][]string{{"mikey"}, {"mikey", "keyp1", "keyp2"}, {"mikey", "mikey"}, {"A", "9", "b"}}
	for _, ids := range tests {
		list, err := FormatIDs(ids...)
		if err != nil {
			t.Fatal(err)
		}
		if want := strings.Join(ids, ";"); list != want {
			t.Errorf("list %q, want %q", list, want)
		}
		back, err := ParseIDs(list)
		if err != nil || !slices.Equal(back, ids) {
			t.Errorf("%q came back as %q, %v", list, back, err)
		}
	}

	for _, list := range []string{"", ";", "mikey;", ";mikey", "mikey;;keyp1", "mikey; keyp1", "mikey ;keyp1",
		"mikey,keyp1", "mikey\x00", "mikey\r\n", "mik\u00e9y"} {
		ids, err := ParseIDs(list)
		checkError(t, err, ErrMalformed, "sdp: protocol list: ")
		if ids != nil {
			t.Errorf("%q: a result came with the error", list)
		}
	}
	for _, ids := range [][]string{nil, {""}, {"mikey", ""}, {"mikey;keyp1"}, {"mi key"}, {"mikey\n"}} {
		list, err := FormatIDs(ids...)
		checkError(t, err, ErrMalformed, "sdp: protocol list: ")
		if list != "" {
			t.Errorf("%q: a result came with the error", ids)
		}
	}

	_, err := ParseIDs(strings.Repeat("a;", MaxAttributes) + "a")
	checkError(t, err, ErrTooLarge, "64 identifiers")
	_, err = ParseIDs(strings.Repeat(";", 1<<20))
	checkError(t, err, ErrTooLarge, "64 identifiers")
	_, err = FormatIDs(slices.Repeat([]string{"a"}, MaxAttributes+1)...)
	checkError(t, err, ErrTooLarge, "64 identifiers")
	if _, err = ParseIDs(strings.Repeat("a", MaxIDs)); err != nil {
		t.Error(err)
	}
	_, err = ParseIDs("b;" + strings.Repeat("a", MaxIDs-1))
	checkError(t, err, ErrTooLarge, "65536 octets")
}

// The example in RFC 4567, Section 4.1.4.
func TestR4567_010_ListOfTheOffer(t *testing.T) {
	levels := mustExtract(t, text(
		"a=key-mgmt:mikey AQAFgM0XflABAAAAAAAAAAAAAAsAyA",
		"a=key-mgmt:keyp1 727gkdOshsuiSDF9sdhsdKnD/dhsoSJokdo7eWAA",
		"a=key-mgmt:keyp2 DFsnuiSDSh9sdhKksd/dhsoddo7eOok727gWsJAA",
		"m=audio 39000 RTP/SAVP 98", "m=video 42000 RTP/SAVP 31",
	))
	list, err := FormatIDs(levels.IDs(SessionLevel)...)
	if err != nil || list != "mikey;keyp1;keyp2" {
		t.Errorf("list %q, %v", list, err)
	}
	if ids := levels.IDs(0); ids != nil {
		t.Errorf("media 0 has %q", ids)
	}
	for _, level := range []Level{NoLevel, 2, -7} {
		if ids := levels.IDs(level); ids != nil {
			t.Errorf("%v has %q", level, ids)
		}
	}
}

// levelsOf builds Levels from lists of protocols: session, media 0, media 1...
func levelsOf(lists ...string) *Levels {
	messages := func(list string) []KeyMgmt {
		var all []KeyMgmt
		for _, id := range strings.Fields(list) {
			all = append(all, KeyMgmt{id, []byte{1}})
		}
		return all
	}
	levels := &Levels{Session: messages(lists[0])}
	for _, list := range lists[1:] {
		levels.Media = append(levels.Media, Media{Profile: "RTP/SAVP", Secure: true, KeyMgmt: messages(list)})
	}
	return levels
}

func TestR4567_025_ListIsCompared(t *testing.T) {
	levels := levelsOf("mikey keyp1 keyp2")
	if err := levels.CheckIDs(SessionLevel, []string{"mikey", "keyp1", "keyp2"}, true, nil); err != nil {
		t.Error(err)
	}
	differ := map[string][]string{
		"shorter":          {"mikey", "keyp1"},
		"longer":           {"mikey", "keyp1", "keyp2", "keyp3"},
		"other order":      {"keyp1", "mikey", "keyp2"},
		"other case":       {"MIKEY", "keyp1", "keyp2"},
		"other":            {"mikey", "keyp1", "keyp3"},
		"repetition":       {"mikey", "mikey", "keyp1", "keyp2"},
		"empty":            {},
		"empty identifier": {""},
		"one string":       {"mikey;keyp1;keyp2"},
	}
	for name, ids := range differ {
		t.Run(name, func(t *testing.T) {
			err := levels.CheckIDs(SessionLevel, ids, true, nil)
			checkError(t, err, nil, "sdp: bidding-down check: session level offers \"mikey;keyp1;keyp2\"")
		})
	}
}

// An attacker removes the strong protocol; the list in the message of the weak
// one still names it.
func TestR4567_026_RemovedOfferIsRefused(t *testing.T) {
	err := levelsOf("weak").CheckIDs(SessionLevel, []string{"strong", "weak"}, true, nil)
	checkError(t, err, nil, "session level offers \"weak\", but the message authenticates \"strong;weak\": reject the offer")
	var mismatch *BiddingDownError
	if !errors.As(err, &mismatch) {
		t.Fatalf("error is %T", err)
	}
	if mismatch.Level != SessionLevel || !mismatch.Present ||
		!slices.Equal(mismatch.Offered, []string{"weak"}) ||
		!slices.Equal(mismatch.Description, []string{"weak"}) ||
		!slices.Equal(mismatch.Authenticated, []string{"strong", "weak"}) {
		t.Errorf("error is %+v", mismatch)
	}
}

// The list counts even if only one protocol is offered.
func TestR4567_022_SingleProtocolIsCompared(t *testing.T) {
	levels := levelsOf("mikey")
	if err := levels.CheckIDs(SessionLevel, []string{"mikey"}, true, nil); err != nil {
		t.Error(err)
	}
	if err := levels.CheckIDs(SessionLevel, []string{"keyp1"}, true, nil); err == nil {
		t.Error("another protocol accepted")
	}
}

func TestP66_ExtentOfTheList(t *testing.T) {
	// One protocol for the session, and MIKEY at three media, of which the
	// last offers another protocol besides.
	levels := levelsOf("keyp1", "mikey", "mikey", "mikey keyp2")
	tests := []struct {
		level Level
		list  string
		ok    bool
	}{
		{2, "mikey keyp2", true},                          // own level
		{2, "keyp1 mikey mikey mikey keyp2", true},        // all, each time
		{2, "keyp1 mikey keyp2", true},                    // all, once
		{2, "mikey", false},                               // own level, one missing
		{2, "keyp2 mikey", false},                         // own level, other order
		{2, "keyp1 mikey mikey keyp2", false},             // all, repetition missing
		{2, "mikey mikey mikey keyp2", false},             // media levels only
		{2, "mikey keyp2 keyp1", false},                   // all, other order
		{2, "keyp1 mikey mikey mikey keyp2 mikey", false}, // all and more
		{0, "mikey", true},
		{0, "keyp1 mikey keyp2", true},
		{0, "keyp1", false}, // the list of another level
		{0, "mikey keyp2", false},
		{SessionLevel, "keyp1", true},
		{SessionLevel, "keyp1 mikey keyp2", true},
		{SessionLevel, "mikey", false},
	}
	for _, test := range tests {
		err := levels.CheckIDs(test.level, strings.Fields(test.list), true, nil)
		if (err == nil) != test.ok {
			t.Errorf("%v, list %q: %v", test.level, test.list, err)
		}
		if err != nil {
			checkError(t, err, nil, "(whole description: \"keyp1;mikey;mikey;mikey;keyp2\")")
		}
	}
	// A protocol twice at one level counts once or twice.
	twice := levelsOf("mikey mikey", "keyp1")
	for _, list := range []string{"mikey", "mikey mikey"} {
		if err := twice.CheckIDs(SessionLevel, strings.Fields(list), true, nil); err != nil {
			t.Error(err)
		}
	}
	if err := twice.CheckIDs(SessionLevel, strings.Fields("mikey mikey mikey"), true, nil); err == nil {
		t.Error("three accepted for two")
	}
}

func TestP67_AbsentList(t *testing.T) {
	require := &CheckOptions{RequireList: true}
	tests := []struct {
		name     string
		levels   *Levels
		level    Level
		options  *CheckOptions
		accepted bool
	}{
		{"one protocol", levelsOf("mikey"), SessionLevel, nil, true},
		{"one protocol, zero options", levelsOf("mikey"), SessionLevel, &CheckOptions{}, true},
		{"one protocol at several media", levelsOf("", "mikey", "mikey"), 1, nil, true},
		{"one protocol, list required", levelsOf("mikey"), SessionLevel, require, false},
		{"two protocols", levelsOf("mikey keyp1"), SessionLevel, nil, false},
		{"two protocols, list required", levelsOf("mikey keyp1"), SessionLevel, require, false},
		{"another protocol at another level", levelsOf("mikey", "keyp1"), SessionLevel, nil, false},
		{"another protocol at another medium", levelsOf("", "mikey", "keyp1"), 0, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.levels.CheckIDs(test.level, nil, false, test.options)
			if test.accepted {
				if err != nil {
					t.Error(err)
				}
				return
			}
			checkError(t, err, nil, "the message authenticates no list: reject the offer")
			var mismatch *BiddingDownError
			if !errors.As(err, &mismatch) || mismatch.Present || mismatch.Authenticated != nil {
				t.Errorf("error is %+v", mismatch)
			}
		})
	}
	// An empty list is not an absent one.
	if err := levelsOf("mikey").CheckIDs(SessionLevel, nil, true, nil); err == nil {
		t.Error("empty list accepted")
	}
}

func TestCheckIDsWithoutAttribute(t *testing.T) {
	levels := levelsOf("mikey", "")
	for _, level := range []Level{0, 1, NoLevel, -9} {
		for _, present := range []bool{true, false} {
			err := levels.CheckIDs(level, []string{"mikey"}, present, nil)
			checkError(t, err, nil, "no key-mgmt attribute at "+level.String())
		}
	}
	if err := (&Levels{}).CheckIDs(SessionLevel, nil, true, nil); err == nil {
		t.Error("nothing matches nothing")
	}
}

// The list comes from a peer: the error must be fit for a log.
func TestBiddingDownErrorIsPrintable(t *testing.T) {
	ids := []string{"mikey\r\n\x1b[2J", strings.Repeat("a", 60000)}
	err := levelsOf("mikey").CheckIDs(SessionLevel, ids, true, nil)
	checkError(t, err, nil, "mikey\\r\\n\\x1b[2J;aaa")
	if len(err.Error()) > 600 || strings.ContainsAny(err.Error(), "\r\n\x1b") {
		t.Errorf("error of %d octets: %q", len(err.Error()), err)
	}
}
