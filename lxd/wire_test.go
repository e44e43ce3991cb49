package lxd

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestIDsAreReadBackAndNothingElseIs(t *testing.T) {
	for _, id := range []ID{
		{"lxd", "Instance", "default", "c1"}, {"lxd", "Profile", "p:q", "a/b c%"}, {"lxd", "Project", "", "ä:"},
	} {
		if got, err := ParseID(id.String()); err != nil || got != id {
			t.Errorf("%+v: %+v, %v", id, got, err)
		}
	}
	good := ID{"lxd", "Instance", "default", "c1"}.String()
	for _, bad := range []string{"", "x", "c1", good + "=", good[1:], " " + good, ID{"lxd", "", "", "x"}.String(), ID{"lxd", "Instance", "", ""}.String(),
		ID{"lxd", "StorageBucket", "", "p/b"}.String(), ID{"lxd", "Profile", "", "x"}.String(), ID{"lxd", "StoragePool", "default", "x"}.String()} {
		if id, err := ParseID(bad); err == nil {
			t.Errorf("%q is %+v", bad, id)
		}
	}
}

func TestNeverIsNull(t *testing.T) {
	for text, want := range map[string]string{
		`"0001-01-01T00:00:00Z"`:           "null",
		`"1970-01-01T00:00:00Z"`:           "null",
		`"1970-01-01T01:00:00+01:00"`:      "null",
		`null`:                             "null",
		`"2026-11-20T23:28:36.786418565Z"`: `"2026-11-20T23:28:36.786418565Z"`,
		`"2026-11-20T23:28:36+02:00"`:      `"2026-11-20T21:28:36Z"`,
	} {
		var moment Time
		if err := json.Unmarshal([]byte(text), &moment); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if moment.MarshalGQL(&out); out.String() != want {
			t.Errorf("%s: %s", text, out.String())
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"1024": 1024, "512MiB": 512 << 20, "2GB": 2e9, "1 GiB": 1 << 30, "10kB": 10000, "0": 0} {
		if got := parseBytes(text); got == nil || *got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	for _, text := range []string{"", "50%", "x", "-1", "1XB", "99999999999EiB"} {
		if got := parseBytes(text); got != nil {
			t.Errorf("%s: %d", text, *got)
		}
	}
}

func TestUnknownWordsAreUnknown(t *testing.T) {
	var instance Instance
	if err := json.Unmarshal([]byte(`{"status":"Dancing","type":"unikernel","expanded_devices":{"x":{"type":"flux"}}}`), &instance); err != nil {
		t.Fatal(err)
	}
	if instance.Status != StatusUnknown || instance.Type != TypeUnknown {
		t.Errorf("%s %s", instance.Status, instance.Type)
	}
	if device, ok := instance.Devices()[0].(*UnknownDevice); !ok || device.Type != "UNKNOWN" {
		t.Errorf("%+v", instance.Devices()[0])
	}
	if operation := (&Operation{StatusCode: 199, Kind: "new"}); operation.Status() != OperationUnknown || operation.Class() != "UNKNOWN" {
		t.Errorf("%s %s", operation.Status(), operation.Class())
	}
}

func TestSecretsAreHiddenFromWhoMayNotWrite(t *testing.T) {
	config := StringMap{"limits.cpu": "1", "user.user-data": "x", "environment.TOKEN": "x", "user.dbPassword": "x", "cloud-init.user-data": "x", "raw.lxc": "x"}
	if visible := config.Visible("", false); len(visible) != 1 || visible["limits.cpu"] != "1" {
		t.Errorf("%v", visible)
	}
	if hidden := config.Hidden(false); len(hidden) != 5 || !slices.IsSorted(hidden) {
		t.Errorf("%v", hidden)
	}
	if len(config.Visible("", true)) != 6 || len(config.Hidden(true)) != 0 || len(config.Visible("limits.", true)) != 1 {
		t.Error("who may write sees all")
	}
}

func TestOperationsKeepTheirSecrets(t *testing.T) {
	operation := &Operation{UUID: "u"}
	if err := json.Unmarshal([]byte(`{"id":"u","metadata":{"secret":"abc123","fds":{"0":"abc123"},"control":"abc123","progress":{"percent":"7","speed":"12","stage":"unpack"}}}`), operation); err != nil {
		t.Fatal(err)
	}
	(&Client{}).adopt(operation, "default")
	if strings.Contains(string(operation.Metadata()), "abc123") {
		t.Errorf("%s", operation.Metadata())
	}
	if progress := operation.Progress(); *progress.Percent != 7 || *progress.BytesPerSecond != 12 || progress.Stage != "unpack" {
		t.Errorf("%+v", progress)
	}
}

func TestStringMapsTakeWhatLooksRight(t *testing.T) {
	var config StringMap
	if err := config.UnmarshalGQL(map[string]any{"limits.cpu": json.Number("2"), "boot.autostart": true, "a": "b"}); err != nil || config["limits.cpu"] != "2" || config["boot.autostart"] != "true" {
		t.Errorf("%v, %v", config, err)
	}
	for _, bad := range []any{nil, "x", []any{}, map[string]any{"a": nil}, map[string]any{"a": map[string]any{}}} {
		if err := config.UnmarshalGQL(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
