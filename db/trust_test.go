package db

import (
	"testing"
	"time"

	"github.com/lxdql/lxdql/trust"
)

// The newest decision about an address counts, and only under the configuration that it was made under.
func TestDecisionsOfTrust(t *testing.T) {
	onBoth(t, decisionsOfTrust)
}

func decisionsOfTrust(t *testing.T, db *DB) {
	ctx := t.Context()
	if none, err := db.Decision(ctx, "lxd", "https://a:1", ""); none != nil || err != nil {
		t.Errorf("%+v %v", none, err)
	}
	at := time.Now().UTC().Truncate(time.Second)
	for _, decision := range []*trust.Decision{
		{Server: "lxd", URL: "https://a:1", Fingerprint: "aa", By: "one", At: at},
		{Server: "lxd", URL: "https://a:1", Fingerprint: "bb", Replaced: "aa", By: "two", At: at},
		{Server: "lxd", URL: "https://a:1", Configured: "ca:x", Fingerprint: "cc", By: "three", At: at},
	} {
		if err := db.AddDecision(ctx, decision); err != nil {
			t.Fatal(err)
		}
	}
	newest, err := db.Decision(ctx, "lxd", "https://a:1", "")
	if err != nil || *newest != (trust.Decision{Server: "lxd", URL: "https://a:1", Fingerprint: "bb", Replaced: "aa", By: "two", At: at}) {
		t.Errorf("%+v %v", newest, err)
	}
	for fingerprint, want := range map[string]bool{"aa": false, "bb": true, "cc": true, "dd": false} {
		if is, err := db.Decided(ctx, "lxd", fingerprint); is != want || err != nil {
			t.Errorf("%s: %v %v", fingerprint, is, err)
		}
	}
	if is, err := db.Decided(ctx, "other", "bb"); is || err != nil {
		t.Errorf("another server: %v %v", is, err)
	}
	for range 2 {
		if err := db.KeepTrust(ctx, "lxd", "own"); err != nil {
			t.Fatal(err)
		}
	}
	for client, want := range map[string]bool{"own": true, "other": false} {
		if is, err := db.Trusted(ctx, "lxd", client); is != want || err != nil {
			t.Errorf("%s: %v %v", client, is, err)
		}
	}
}
