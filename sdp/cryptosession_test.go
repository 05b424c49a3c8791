package sdp

import (
	"slices"
	"testing"
)

func TestR4567_031_TwoConsecutiveCSIDs(t *testing.T) {
	for position, want := range map[int][2]uint8{0: {1, 2}, 1: {3, 4}, 126: {253, 254}} {
		first, second, err := CryptoSessionIDs(position)
		if err != nil || first != want[0] || second != want[1] {
			t.Errorf("position %d: %d, %d, %v", position, first, second, err)
		}
	}
	for _, position := range []int{-1, 127, 128, 1 << 30} {
		_, _, err := CryptoSessionIDs(position)
		checkError(t, err, nil, "at most 127 streams")
	}
}

func TestP27_CoveredMedia(t *testing.T) {
	levels := mustExtract(t, text(
		"a=key-mgmt:mikey AQAF",
		"m=audio 4000 RTP/SAVP 0",
		"m=video 4002 RTP/AVP 31",                          // plain: no crypto session
		"m=audio 4004 RTP/SAVP 0", "a=key-mgmt:mikey AQAG", // own message
		"m=video 0 RTP/SAVPF 31", // rejected media keep their numbers
		"m=video 4008 RTP/SAVP 31",
	))
	if got := levels.Covered(SessionLevel); !slices.Equal(got, []int{0, 3, 4}) {
		t.Errorf("session level covers %v", got)
	}
	if got := levels.Covered(2); !slices.Equal(got, []int{2}) {
		t.Errorf("media 2 covers %v", got)
	}
	for _, level := range []Level{0, 1, 99, NoLevel} {
		if got := levels.Covered(level); got != nil {
			t.Errorf("%v covers %v", level, got)
		}
	}
}

func TestLevelString(t *testing.T) {
	for level, want := range map[Level]string{SessionLevel: "session level", 0: "media 0", 12: "media 12", NoLevel: "no level", -9: "no level"} {
		if got := level.String(); got != want {
			t.Errorf("%d: %q", level, got)
		}
	}
}
