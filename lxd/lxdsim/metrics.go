package lxdsim

import (
	"fmt"
	"net/http"
	"strings"
)

// getMetrics writes a few of LXD's metrics as text: those of the running instances.
func (s *Server) getMetrics(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	running := s.instances.where(func(i *instance) bool { return i.runs() })
	s.mu.Unlock()
	var text strings.Builder
	for _, metric := range []struct {
		name, help, kind, value string
	}{
		{"lxd_memory_RSS_bytes", "The amount of anonymous and swap cache memory.", "gauge", "1.048576e+06"},
		{"lxd_procs_total", "The number of running processes.", "gauge", "12"},
		{"lxd_network_receive_bytes_total", "The amount of received bytes on a given interface.", "counter", "4096"},
	} {
		fmt.Fprintf(&text, "# HELP %s %s\n# TYPE %s %s\n", metric.name, metric.help, metric.name, metric.kind)
		for _, i := range running {
			fmt.Fprintf(&text, "%s{name=%q,project=%q,type=%q} %s\n", metric.name, i.Name, i.Project, i.Type, metric.value)
		}
	}
	text.WriteString("# EOF\n")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte(text.String()))
}
