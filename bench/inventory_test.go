package bench

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// inventory is a project of its own on the real LXD with so many instances that
// do not run. It takes minutes, and goes at the end.
func inventory(b *testing.B, count int) *real {
	b.Helper()
	if !long() {
		b.Skip("it makes 500 instances: LXDQL_SOAK=1 does")
	}
	s := besideLXD(b)
	project := "?project=" + s.instance
	s.lxd("POST", "/1.0/projects", map[string]any{"name": s.instance, "config": map[string]any{"features.images": "false", "features.profiles": "false"}})
	each := func(do func(name string)) {
		var working sync.WaitGroup
		for first := range 4 {
			working.Go(func() {
				for n := first; n < count; n += 4 {
					do(fmt.Sprintf("i%03d", n))
				}
			})
		}
		working.Wait()
	}
	b.Cleanup(func() {
		each(func(name string) { s.lxd("DELETE", "/1.0/instances/"+name+project, nil) })
		s.lxd("DELETE", "/1.0/projects/"+s.instance, nil)
	})
	each(func(name string) {
		s.lxd("POST", "/1.0/instances"+project, map[string]any{"name": name, "source": map[string]any{"type": "image", "alias": "busybox"}})
	})
	return s
}

// inMemory waits until the server answers without asking LXD.
func (s *real) inMemory(query string) {
	s.b.Helper()
	for until := time.Now().Add(time.Minute); s.calls(query) > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(until) {
			s.b.Fatal("it is not answered from memory")
		}
	}
}

// list is what LXD's own client would ask; what comes is thrown away.
func (s *real) list() {
	response, err := s.direct.Get("http://lxd/1.0/instances?recursion=1&project=" + s.instance)
	if err != nil {
		s.b.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		s.b.Fatal(err)
	}
}

// BenchmarkInventory measures beside a real LXD of 500 instances.
func BenchmarkInventory(b *testing.B) {
	s := inventory(b, 500)
	for name, measure := range map[string]func(*real){"page": (*real).page, "upkeep": (*real).upkeep} {
		b.Run(name, func(b *testing.B) {
			of := *s
			of.b = b
			measure(&of)
		})
	}
}

// page asks for a page of 100, without live state and made anew each time, and
// LXD itself for its plain list of the same project, in turn.
func (s *real) page() {
	b := s.b
	s.launch("ANSWER_CACHE_MIB=0")
	query := strings.Replace(estatePage, "allProjects: true", `project: "`+s.instance+`"`, 1)
	s.inMemory(query)
	const pages = 20
	var ours, theirs time.Duration
	for b.Loop() {
		ours += timed(func() {
			for range pages {
				s.raw(query)
			}
		})
		theirs += timed(s.list)
	}
	page := float64(ours) / float64(pages*b.N)
	b.ReportMetric(float64(theirs)/float64(b.N)/page, "x-recursion=1")
	b.ReportMetric(page/1000, "µs/page")
	b.ReportMetric(float64(theirs.Microseconds())/float64(1000*b.N), "ms/list")
}

// lxdProcess is who listens on LXD's socket.
func (s *real) lxdProcess() int {
	connection, err := net.Dial("unix", s.socket)
	if err != nil {
		s.b.Fatal(err)
	}
	defer connection.Close()
	raw, err := connection.(*net.UnixConn).SyscallConn()
	if err != nil {
		s.b.Fatal(err)
	}
	var peer *syscall.Ucred
	raw.Control(func(fd uintptr) {
		peer, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err != nil {
		s.b.Fatal(err)
	}
	return int(peer.Pid)
}

// upkeep is what memory costs LXD at one change a second: its processor time with the server beside it, less that without, as
// a part of one core. Listing everything, which happens every five minutes, is
// counted by itself, and of that the two that follow a start.
func (s *real) upkeep() {
	b := s.b
	process := s.lxdProcess()
	const seconds = 30
	changing := func() time.Duration {
		before := cpuOf(b, process)
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		for n := range seconds {
			<-ticks.C
			s.lxd("PATCH", fmt.Sprintf("/1.0/instances/i%03d?project=%s", n, s.instance), map[string]any{"description": time.Now().String()})
		}
		<-ticks.C // for what is read again
		return cpuOf(b, process) - before
	}
	idle := func() time.Duration {
		before := cpuOf(b, process)
		time.Sleep(15 * time.Second) // the second list comes after 6
		return cpuOf(b, process) - before
	}
	var without, with, nothing, lists time.Duration
	turns := 0
	for b.Loop() {
		turns++
		nothing += idle()
		without += changing()
		before := cpuOf(b, process)
		stop := s.launch()
		s.inMemory(`{ projects { totalCount } profiles { totalCount } }`)
		lists += cpuOf(b, process) - before
		lists += idle()
		with += changing()
		stop()
	}
	whole := float64(turns) * (seconds + 1)
	b.ReportMetric(100*(with-without).Seconds()/whole, "%core-at-1/s")
	b.ReportMetric(100*(lists-nothing).Seconds()/float64(turns)/2/300, "%core-of-lists")
	b.ReportMetric(100*without.Seconds()/whole, "%core-without")
}
