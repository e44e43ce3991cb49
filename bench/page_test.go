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

// pager is a server of its own process and on one core, that is asked for pages.
type pager struct {
	*bench
	process int
	times   int // that a turn asks
	took    time.Duration
	cpu     time.Duration
	asked   int
}

func pages(b *testing.B, instances, times int, environment ...string) *pager {
	b.Helper()
	running := &pager{bench: start(b, instances, "--mirror=off"), times: times}
	running.process = running.alone(append(environment, "GOMAXPROCS=1")...)
	running.mirrored(estatePage)
	return running
}

// turn asks, four at once.
func (p *pager) turn() {
	before := cpuOf(p.b.(*testing.B), p.process)
	p.took += timed(func() {
		for range p.times {
			atOnce(4, func() { p.ask(estatePage, nil) })
		}
	})
	p.cpu += cpuOf(p.b.(*testing.B), p.process) - before
	p.asked += 4 * p.times
}

func (p *pager) each() float64    { return float64(p.took) / float64(p.asked) }
func (p *pager) eachCPU() float64 { return float64(p.cpu) / float64(p.asked) }

// BenchmarkEstatePage asks for a page of the estate, without live state, from
// memory: of 500 instances with the plan and without, of 10,000, and kept as a
// whole; and LXD itself for its plain list of the 500. In turn, so that the
// ratios are of one moment.
func BenchmarkEstatePage(b *testing.B) {
	on, off := pages(b, 500, 50, "ANSWER_CACHE_MIB=0"), pages(b, 500, 3, "PLAN=off")
	many, kept := pages(b, 10_000, 50, "ANSWER_CACHE_MIB=0"), pages(b, 500, 50)
	var direct time.Duration
	for b.Loop() {
		for _, each := range []*pager{on, off, many, kept} {
			each.turn()
		}
		direct += timed(func() { on.get("/1.0/instances?recursion=1&all-projects=true") })
	}
	b.ReportMetric(off.each()/on.each(), "x-without-plan")
	b.ReportMetric(off.eachCPU()/on.eachCPU(), "x-CPU-without-plan")
	b.ReportMetric(float64(direct)/float64(b.N)/on.each(), "x-recursion=1")
	b.ReportMetric(many.eachCPU()/on.eachCPU(), "CPU-10000/500")
	b.ReportMetric(off.each()/kept.each(), "x-kept/without-plan")
	b.ReportMetric(on.eachCPU()/1000, "CPU-µs/page")
	b.ReportMetric(kept.eachCPU()/1000, "CPU-µs/kept-page")
}
