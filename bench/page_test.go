package bench

import (
	"encoding/json"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
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

// metric is a value that the server tells at /metrics.
func (s *bench) metric(name string) float64 {
	s.b.Helper()
	answer, err := s.client.Get(strings.TrimSuffix(s.url, "graphql") + "metrics")
	if err != nil {
		s.b.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.b.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text)
	if found == nil {
		s.b.Fatalf("/metrics does not tell %s", name)
	}
	value, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		s.b.Fatal(err)
	}
	return value
}

// settled waits for the second full list, seconds after the first: the next is in
// minutes, so that what is measured until then is what pages take.
func (s *bench) settled() {
	s.b.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if s.metric("lxdql_mirror_reconciliations_total") >= 2 {
			return
		}
	}
	s.b.Fatal("the second full list does not come")
}

// A page is found in an order that is kept: what it takes does not depend on how
// many instances there are beside those of the page.
func TestAPageOfManyTakesWhatOneOfFewDoes(t *testing.T) {
	few, many := start(t, 100, "--answer-cache-mib=0"), start(t, 2000, "--answer-cache-mib=0")
	for _, each := range []*bench{few, many} {
		each.mirrored(estatePage)
		each.settled()
	}
	taken := func(running *bench) (allocations, bytes float64) {
		const times = 50
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range times {
			running.ask(estatePage, nil)
		}
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs-before.Mallocs) / times, float64(after.TotalAlloc-before.TotalAlloc) / times
	}
	allocations, bytes := taken(few)
	more, larger := taken(many)
	t.Logf("a page of 100 instances: %.0f allocations, %.0f bytes; of 2,000: %.0f, %.0f", allocations, bytes, more, larger)
	if more > 1.1*allocations || larger > 1.1*bytes {
		t.Error("a page of 2,000 instances takes more than one of 100")
	}
}

// pager is a server of its own process and on one core, that is asked for pages.
type pager struct {
	*bench
	process int
	times   int             // that a turn asks
	took    []time.Duration // a turn
	cpu     time.Duration
	asked   int
	made    float64 // allocations until it is first asked
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
	p.took = append(p.took, timed(func() {
		for range p.times {
			atOnce(4, func() { p.ask(estatePage, nil) })
		}
	}))
	p.cpu += cpuOf(p.b.(*testing.B), p.process) - before
	p.asked += 4 * p.times
}

// each is the middle one of the turns: one that the machine disturbed is not told.
func (p *pager) each() float64 {
	turns := slices.Sorted(slices.Values(p.took))
	return float64(turns[len(turns)/2]) / float64(4*p.times)
}

func (p *pager) eachCPU() float64 { return float64(p.cpu) / float64(p.asked) }
func (p *pager) eachMade() float64 {
	return (p.metric("go_memstats_mallocs_total") - p.made) / float64(p.asked)
}

// BenchmarkEstatePage asks for a page of the estate, without live state, from
// memory: of 500 instances with the plan and without, of 10,000, and kept as a
// whole; and LXD itself for its plain list of the 500. In turn, so that the
// ratios are of one moment.
func BenchmarkEstatePage(b *testing.B) {
	on, off := pages(b, 500, 50, "ANSWER_CACHE_MIB=0"), pages(b, 500, 3, "PLAN=off")
	many, kept := pages(b, 10_000, 50, "ANSWER_CACHE_MIB=0"), pages(b, 500, 50)
	all := []*pager{off, on, many, kept}
	for _, each := range all {
		each.settled()
		each.made = each.metric("go_memstats_mallocs_total")
	}
	var direct time.Duration
	for b.Loop() {
		for _, each := range all {
			each.turn()
		}
		direct += timed(func() { on.get("/1.0/instances?recursion=1&all-projects=true") })
	}
	b.ReportMetric(off.each()/on.each(), "x-without-plan")
	b.ReportMetric(off.eachCPU()/on.eachCPU(), "x-CPU-without-plan")
	b.ReportMetric(float64(direct)/float64(b.N)/on.each(), "x-recursion=1")
	b.ReportMetric(many.each()/on.each(), "time-10000/500")
	b.ReportMetric(many.eachCPU()/on.eachCPU(), "CPU-10000/500")
	b.ReportMetric(many.eachMade()/on.eachMade(), "allocations-10000/500")
	b.ReportMetric(off.each()/kept.each(), "x-kept/without-plan")
	b.ReportMetric(on.eachCPU()/1000, "CPU-µs/page")
	b.ReportMetric(kept.eachCPU()/1000, "CPU-µs/kept-page")
}
