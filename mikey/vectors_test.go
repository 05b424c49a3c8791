package mikey_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"testing"
	"time"

	"github.com/gomikey/gomikey/mikey"
	"github.com/gomikey/gomikey/testvectors"
)

// vectorFile is a file of testvectors; G is its type of test group.
type vectorFile[G any] struct {
	Schema        string                     `json:"schema"`
	Mode          string                     `json:"mode"`
	NumberOfTests int                        `json:"numberOfTests"`
	Notes         map[string]json.RawMessage `json:"notes"`
	TestGroups    []G                        `json:"testGroups"`
}

// vectorTest is what all tests have.
type vectorTest struct {
	TCID        int      `json:"tcId"`
	Comment     string   `json:"comment"`
	Flags       []string `json:"flags"`
	Message     []byte   `json:"message"`
	Expect      string   `json:"expect"`
	Requirement string   `json:"requirement"`
}

func (v vectorTest) name() string { return fmt.Sprintf("%d_%s", v.TCID, v.Comment) }

func loadVectors[G any](t *testing.T, name string) vectorFile[G] {
	t.Helper()
	data, err := fs.ReadFile(testvectors.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	var file vectorFile[G]
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if file.NumberOfTests == 0 {
		t.Fatalf("%s has no tests", name)
	}
	if _, err := fs.Stat(testvectors.FS, "schemas/"+file.Schema); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return file
}

func TestVectorsDecode(t *testing.T) {
	type group struct {
		Type   string            `json:"type"`
		Source map[string]string `json:"source"`
		Tests  []struct {
			vectorTest
			DataType       mikey.DataType `json:"dataType"`
			V              bool           `json:"v"`
			CSBID          string         `json:"csbId"`
			CryptoSessions []struct {
				Policy uint8  `json:"policy"`
				SSRC   string `json:"ssrc"`
				ROC    uint32 `json:"roc"`
			} `json:"cryptoSessions"`
			PayloadTypes []int  `json:"payloadTypes"`
			Timestamp    string `json:"timestamp"`
			IDs          []struct {
				Type mikey.IDType `json:"type"`
				ID   string       `json:"id"`
			} `json:"ids"`
			KEMAC *struct {
				EncrAlg  mikey.EncrAlg `json:"encrAlg"`
				EncrData string        `json:"encrData"`
				MACAlg   mikey.MACAlg  `json:"macAlg"`
				MAC      string        `json:"mac"`
			} `json:"kemac"`
			Verification string `json:"verification"`
		} `json:"tests"`
	}
	file := loadVectors[group](t, "v1/decode.json")
	count := 0
	for _, g := range file.TestGroups {
		for _, v := range g.Tests {
			count++
			t.Run(v.name(), func(t *testing.T) {
				m, err := mikey.ParseMessage(v.Message)
				if err != nil {
					t.Fatal(err)
				}
				if again, err := m.MarshalBinary(); err != nil || !bytes.Equal(again, v.Message) {
					t.Errorf("encodes as %x, %v", again, err)
				}
				h := m.Header
				if h.DataType != v.DataType || h.V != v.V || fmt.Sprintf("%08x", h.CSBID) != v.CSBID {
					t.Errorf("header %+v", h)
				}
				if len(h.CryptoSessions) != len(v.CryptoSessions) {
					t.Fatalf("%d crypto sessions", len(h.CryptoSessions))
				}
				for i, cs := range v.CryptoSessions {
					got := h.CryptoSessions[i]
					if got.Policy != cs.Policy || fmt.Sprintf("%08x", got.SSRC) != cs.SSRC || got.ROC != cs.ROC {
						t.Errorf("crypto session %d is %+v", i+1, got)
					}
				}
				var types []int
				ids := v.IDs
				for _, p := range m.Payloads {
					types = append(types, int(p.Type()))
					switch p := p.(type) {
					case *mikey.Timestamp:
						if got := fmt.Sprintf("%016x", p.Value); got != v.Timestamp {
							t.Errorf("timestamp %s", got)
						}
					case *mikey.ID:
						if len(ids) == 0 || p.IDType != ids[0].Type || p.Value != ids[0].ID {
							t.Fatalf("ID %v", p)
						}
						ids = ids[1:]
					case *mikey.KEMAC:
						k := v.KEMAC
						if p.EncrAlg != k.EncrAlg || hex.EncodeToString(p.EncrData) != k.EncrData ||
							p.MACAlg != k.MACAlg || hex.EncodeToString(p.MAC) != k.MAC {
							t.Errorf("KEMAC %v", p)
						}
					case *mikey.Verification:
						if got := hex.EncodeToString(p.MAC); got != v.Verification {
							t.Errorf("V %s", got)
						}
					}
				}
				if !reflect.DeepEqual(types, v.PayloadTypes) {
					t.Errorf("payloads %v", types)
				}
			})
		}
	}
	if count != file.NumberOfTests {
		t.Errorf("%d tests, the file says %d", count, file.NumberOfTests)
	}
}

func TestVectorsTransportProtected(t *testing.T) {
	type group struct {
		Type       string            `json:"type"`
		Source     map[string]string `json:"source"`
		Now        time.Time         `json:"now"`
		IgnoreSkew bool              `json:"ignoreSkew"`
		Tests      []struct {
			vectorTest
			Suite string `json:"suite"`
			Keys  []struct {
				CSID       uint8  `json:"csId"`
				SSRC       string `json:"ssrc"`
				ROC        uint32 `json:"roc"`
				MasterKey  string `json:"masterKey"`
				MasterSalt string `json:"masterSalt"`
				MKI        string `json:"mki"`
			} `json:"keys"`
		} `json:"tests"`
	}
	file := loadVectors[group](t, "v1/transport_protected.json")
	count := 0
	for _, g := range file.TestGroups {
		for _, v := range g.Tests {
			count++
			t.Run(v.name(), func(t *testing.T) {
				for _, flag := range v.Flags {
					if file.Notes[flag] == nil {
						t.Errorf("no note explains %s", flag)
					}
				}
				r, err := mikey.NewResponder(&mikey.Config{
					Now:                func() time.Time { return g.Now },
					InsecureIgnoreSkew: g.IgnoreSkew,
				}, mikey.InsecureTransportProtected(nil))
				if err != nil {
					t.Fatal(err)
				}
				received, err := r.Receive(v.Message)
				if v.Expect != "accept" {
					var e *mikey.Error
					if !errors.As(err, &e) || e.Stage.String() != v.Expect {
						t.Fatalf("got %v, want %s", err, v.Expect)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				_, s, err := received.Accept()
				if err != nil {
					t.Fatal(err)
				}
				if s.Authenticated() {
					t.Error("the session claims to be authenticated")
				}
				for _, want := range v.Keys {
					policy, err := s.Policy(want.CSID)
					if err != nil || policy.Suite().String() != v.Suite {
						t.Errorf("suite %v, %v", policy.Suite(), err)
					}
					cs := s.CryptoSessions()[want.CSID-1]
					if fmt.Sprintf("%08x", cs.SSRC) != want.SSRC || cs.ROC != want.ROC {
						t.Errorf("crypto session %+v", cs)
					}
					keys, err := s.MasterKeys(want.CSID)
					if err != nil || len(keys) != 1 {
						t.Fatalf("%d keys, %v", len(keys), err)
					}
					if hex.EncodeToString(keys[0].Key) != want.MasterKey || hex.EncodeToString(keys[0].Salt) != want.MasterSalt ||
						hex.EncodeToString(keys[0].Validity.SPI) != want.MKI {
						t.Error("the keys differ")
					}
				}
			})
		}
	}
	if count != file.NumberOfTests {
		t.Errorf("%d tests, the file says %d", count, file.NumberOfTests)
	}
}
