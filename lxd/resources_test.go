package lxd

import (
	"net/http"
	"sync/atomic"
	"testing"
)

// A walk through the host's devices that failed is tried once more, and no oftener.
func TestResourcesAreAskedOnceMore(t *testing.T) {
	var asked, failing atomic.Int64
	client := onSocket(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if failing.Add(-1) >= 0 {
			w.WriteHeader(http.StatusInternalServerError)
			w.Write([]byte(`{"type":"error","error":"Failed to list: no such file or directory","error_code":500}`))
			return
		}
		w.Write([]byte(`{"type":"sync","metadata":{"memory":{"total":42}}}`))
	})
	for _, of := range []struct {
		failures, want int64
		works          bool
	}{{0, 1, true}, {1, 2, true}, {5, 2, false}} {
		asked.Store(0)
		failing.Store(of.failures)
		if _, err := client.Resources(t.Context(), ""); (err == nil) != of.works || asked.Load() != of.want {
			t.Errorf("%d failures: %d requests, %v", of.failures, asked.Load(), err)
		}
	}
}
