package bench

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

const (
	names = `{ instances(first: 100) { nodes { name } } }`
	edges = `{ instances(first: 100) { totalCount nodes { name status config project { name } profiles { name } image { fingerprint }
		state { pid network { name } } snapshots { name } devices { name type } } } }`
)

// The same objects from LXD itself: what a client without us would ask.
var (
	namesOfLXD = []string{"/1.0/instances?recursion=1"}
	edgesOfLXD = []string{"/1.0/instances?recursion=2", "/1.0/profiles?recursion=1", "/1.0/projects?recursion=1", "/1.0/images?recursion=1"}
)

// BenchmarkRead compares a question with the requests to LXD that bring the

// bytes are read and thrown away, so that this is an upper bound.
func BenchmarkRead(b *testing.B) {
	for _, question := range []struct {
		name, query string
		direct      []string
	}{{"names", names, namesOfLXD}, {"edges", edges, edgesOfLXD}} {
		for _, instances := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", question.name, instances), func(b *testing.B) {
				running := start(b, instances)
				bytes, ours, theirs := 0, time.Duration(0), time.Duration(0)
				before := running.requests.Load()
				for b.Loop() {
					ours += timed(func() { bytes = running.ask(question.query, nil) })
					theirs += timed(func() {
						for _, path := range question.direct {
							running.get(path)
						}
					})
				}
				requests := float64(running.requests.Load()-before)/float64(b.N) - float64(len(question.direct))
				b.ReportMetric(float64(ours)/float64(theirs), "x-LXD")
				b.ReportMetric(requests, "LXD-requests/op")
				b.ReportMetric(float64(bytes), "bytes/op")
			})
		}
	}
}

// BenchmarkCallers asks as many callers at once, and compares how much they
// get done together with what one gets done alone: on n cores n is all there is.
func BenchmarkCallers(b *testing.B) {
	for _, callers := range []int{2, 16, 128} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			running := start(b, 50)
			const each = 4
			alone, together := time.Duration(0), time.Duration(0)
			for b.Loop() {
				alone += timed(func() {
					for range each {
						running.ask(edges, nil)
					}
				})
				together += timed(func() {
					var all sync.WaitGroup
					for range callers {
						all.Go(func() {
							for range each {
								running.ask(edges, nil)
							}
						})
					}
					all.Wait()
				})
			}
			b.ReportMetric(float64(alone)*float64(callers)/float64(together), "x-alone")
			b.ReportMetric(float64(runtime.GOMAXPROCS(0)), "cores")
		})
	}
}

func timed(do func()) time.Duration {
	begun := time.Now()
	do()
	return time.Since(begun)
}
