package db

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// Of many who claim a key at once one wins, and the others see what was kept.
func TestOneClaimsAKey(t *testing.T) { onBoth(t, oneClaimsAKey) }

func oneClaimsAKey(t *testing.T, database *DB) {
	now := time.Now().UTC()
	var winners, others int
	var mutex sync.Mutex
	var claiming sync.WaitGroup
	for range 8 {
		claiming.Go(func() {
			key := &work.Key{Owner: "1", Text: "k", Digest: "d", CreatedAt: now}
			kept, err := database.Claim(context.Background(), key, now.Add(-time.Hour))
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case err != nil:
				t.Error(err)
			case kept == key:
				winners++
			case kept.Digest == "d" && !kept.Settled:
				others++
			}
		})
	}
	claiming.Wait()
	if winners != 1 || others != 7 {
		t.Errorf("%d won, %d saw it", winners, others)
	}
	if err := database.Settle(t.Context(), &work.Key{Owner: "1", Text: "k", Operation: "op"}); err != nil {
		t.Fatal(err)
	}
	mine := &work.Key{Owner: "2", Text: "k", Digest: "e", CreatedAt: now}
	if kept, err := database.Claim(t.Context(), mine, now.Add(-time.Hour)); err != nil || kept != mine {
		t.Errorf("another's key of the same text: %+v, %v", kept, err)
	}
	again := &work.Key{Owner: "1", Text: "k", Digest: "e", CreatedAt: now}
	if kept, err := database.Claim(t.Context(), again, now.Add(-time.Hour)); err != nil || kept.Digest != "d" || kept.Operation != "op" || !kept.Settled {
		t.Errorf("%+v, %v", kept, err)
	}
	if kept, err := database.Claim(t.Context(), again, now.Add(time.Second)); err != nil || kept != again {
		t.Errorf("a key that is too old counts as new: %+v, %v", kept, err)
	}
	if err := database.Release(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if kept, err := database.Claim(t.Context(), again, now.Add(-time.Hour)); err != nil || kept != again {
		t.Errorf("a key that was released: %+v, %v", kept, err)
	}
}

// A bulk is kept whole, item by item, and found open until it has its end.
func TestABulkIsKept(t *testing.T) { onBoth(t, aBulkIsKept) }

func aBulkIsKept(t *testing.T, database *DB) {
	bulk := &work.Bulk{UUID: "b1", Project: "p", Description: "START of 1500 instances", Action: lxd.ActionStart, CreatedAt: time.Now().UTC()}
	for range 1500 {
		bulk.Items = append(bulk.Items, &lxd.BulkItem{Name: "c", Project: "p", Outcome: lxd.BulkPending})
	}
	if err := database.AddBulk(t.Context(), bulk); err != nil {
		t.Fatal(err)
	}
	failed := &lxd.BulkItem{Name: "c", Project: "p", Outcome: lxd.BulkFailed, ErrorCode: "NOT_FOUND", Reason: "gone"}
	if err := database.SetBulkItem(t.Context(), "b1", 1400, failed); err != nil {
		t.Fatal(err)
	}
	open, err := database.OpenBulks(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatalf("open: %v, %v", open, err)
	}
	if works, err := database.BeatBulk(t.Context(), "b1"); err != nil || !works {
		t.Errorf("a bulk that runs beats: %v, %v", works, err)
	}
	if taken, err := database.TakeBulk(t.Context(), "b1", open["b1"]); err != nil || taken != nil {
		t.Errorf("a bulk was taken from who works on it: %v", err)
	}
	taken, err := database.TakeBulk(t.Context(), "b1", open["b1"]+1)
	if err != nil || taken == nil || len(taken.Items) != 1500 || *taken.Items[1400] != *failed || taken.Items[1399].Outcome != lxd.BulkPending || taken.Ended != nil {
		t.Fatalf("taken: %+v, %v", taken, err)
	}
	if again, err := database.TakeBulk(t.Context(), "b1", open["b1"]+1); err != nil || again != nil {
		t.Errorf("two took one bulk: %v", err)
	}
	bulk.Ended = &lxd.Operation{StatusCode: 400, Err: "1 of 1500 failed", UpdatedAt: lxd.Time{Time: time.Now().UTC()}}
	if err := database.EndBulk(t.Context(), bulk); err != nil {
		t.Fatal(err)
	}
	if open, err := database.OpenBulks(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("%d open, %v", len(open), err)
	}
	if works, err := database.BeatBulk(t.Context(), "b1"); err != nil || works {
		t.Errorf("who worked on a bulk that another ended is not told: %v, %v", works, err)
	}
	if kept, err := database.Bulk(t.Context(), "b1"); err != nil || kept.Ended.StatusCode != 400 || kept.Ended.Err != "1 of 1500 failed" {
		t.Errorf("%+v, %v", kept, err)
	}
	if none, err := database.Bulk(t.Context(), "b2"); err != nil || none != nil {
		t.Errorf("%+v, %v", none, err)
	}
	if err := database.PruneBulks(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var items int
	if err := database.bun.NewSelect().Table("bulk_items").ColumnExpr("count(*)").Scan(t.Context(), &items); err != nil || items != 0 {
		t.Errorf("%d items stay of a bulk that was forgotten, %v", items, err)
	}
}
