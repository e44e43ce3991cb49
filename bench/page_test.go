package bench

import (
	"encoding/json"
	"testing"
	"time"
)

// mirrored waits until a question is answered without asking LXD.
func (s *bench) mirrored(query string) {
	s.b.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		var answer struct {
			Extensions struct{ LXD struct{ Calls int } }
		}
		if err := json.Unmarshal(s.answer(query), &answer); err != nil {
			s.b.Fatal(err)
		}
		if answer.Extensions.LXD.Calls == 0 {
			return
		}
	}
	s.b.Fatal("the page is not answered from memory")
}

// BenchmarkEstatePage asks for a page of the estate, without live state, from
// memory: of 500 instances with the plan and without, of 10,000, and what LXD's
// own plain list of the 500 takes. In turn, so that the ratios are of one moment.
func BenchmarkEstatePage(b *testing.B) {
	uncached := []string{"--answer-cache-mib=0"}
	on, off, many := start(b, 500, append(uncached, "--plan=on")...), start(b, 500, append(uncached, "--plan=off")...), start(b, 10_000, append(uncached, "--plan=on")...)
	whole := start(b, 500)
	for _, each := range []*bench{on, off, many, whole} {
		each.mirrored(estatePage)
	}
	var with, without, large, direct, kept time.Duration
	const times = 5
	for b.Loop() {
		for range times {
			with += timed(func() { atOnce(4, func() { on.ask(estatePage, nil) }) })
			large += timed(func() { atOnce(4, func() { many.ask(estatePage, nil) }) })
			kept += timed(func() { atOnce(4, func() { whole.ask(estatePage, nil) }) })
		}
		without += times * timed(func() { atOnce(4, func() { off.ask(estatePage, nil) }) })
		direct += times * timed(func() { atOnce(4, func() { on.get("/1.0/instances?recursion=1&all-projects=true") }) })
	}
	b.ReportMetric(float64(without)/float64(with), "x-without-plan")
	b.ReportMetric(float64(direct)/float64(with), "x-recursion=1")
	b.ReportMetric(float64(large)/float64(with), "10000/500")
	b.ReportMetric(float64(with)/float64(kept), "x-kept-answer")
	b.ReportMetric(float64(with.Microseconds())/float64(4*times*b.N), "µs/question")
}
