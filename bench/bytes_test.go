package bench

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkBytes sends the same bytes by curl through the server and straight to
// LXD's socket, in turns. x-LXD is the throughput of the one over that of the
// other, each the median of the rounds: 9 of 1 GiB in the long form, else 3 of
// 64 MiB. MiB-more is how much the server's memory has grown at most.
//
// Where a file only passes, x-proxy is the same over a bare program that copies
// what LXD's socket gives to a TCP connection, and does nothing else. That one
// reaches 0.5 of LXD itself on two cores, for a file that LXD has in memory: the
// bytes cross the kernel twice as often. Letting the kernel pass them on by splice
// was tried, and is not faster.
func BenchmarkBytes(b *testing.B) {
	s := onRealLXD(b)
	size, rounds := int64(64<<20), 3
	if long() {
		size, rounds = 1<<30, 9
	}
	if text := os.Getenv("LXDQL_BENCH_MIB"); text != "" {
		mib, _ := strconv.ParseInt(text, 10, 64)
		size = mib << 20
	}
	source := filepath.Join(b.TempDir(), "random")
	write(b, source, size)
	name, at := s.instance, "/1.0/instances/"+s.instance
	upload := []string{"-X", "POST", "-T", source, "-H", "Content-Type: application/octet-stream"}
	s.theirs(at+"/files?path=/root/data", append(upload, "-H", "X-LXD-type: file")...)
	s.lxd("POST", at+"/backups", map[string]any{"name": "kept", "compression_algorithm": "none"})
	archive := filepath.Join(b.TempDir(), "archive")
	s.curl("-o", archive, "--unix-socket", s.socket, "http://lxd"+at+"/backups/kept/export")
	sending := []string{"-X", "POST", "-T", archive, "-H", "Content-Type: application/octet-stream"}
	sum := func(checksum bool) string { return "checksum=" + strconv.FormatBool(checksum) }
	bare := newProxy(s)
	again := func() { s.lxd("DELETE", "/1.0/instances/"+name+"-2", nil) }
	for _, what := range []struct {
		name         string
		ours         func(checksum bool)
		theirs, then func()
		proxy        string // what the bare program is asked for; "" for nothing
	}{
		{"down", func(c bool) { s.ours("/instances/" + name + "/files/root/data?" + sum(c)) }, func() { s.theirs(at + "/files?path=/root/data") }, nil, at + "/files?path=/root/data"},
		{"up", func(c bool) { s.ours("/instances/"+name+"/files/root/up?"+sum(c), "-T", source) }, func() { s.theirs(at+"/files?path=/root/up2", append(upload, "-H", "X-LXD-type: file")...) }, nil, ""},
		{"backup", func(c bool) { s.ours("/instances/" + name + "/backups/kept/export?" + sum(c)) }, func() { s.theirs(at + "/backups/kept/export") }, nil, at + "/backups/kept/export"},
		{"export", func(c bool) { s.ours("/instances/" + name + "/export?compression=none&" + sum(c)) }, func() {
			s.lxd("POST", at+"/backups", map[string]any{"name": "one", "compression_algorithm": "none"})
			s.theirs(at + "/backups/one/export")
			s.lxd("DELETE", at+"/backups/one", nil)
		}, nil, ""},
		{"import", func(c bool) { s.ours("/instances/import?name="+name+"-2&"+sum(c), sending...) }, func() { s.imported(archive, name+"-2") }, again, ""},
	} {
		for _, checksum := range []bool{false, true} {
			b.Run(what.name+"/"+sum(checksum), func(b *testing.B) {
				var ours, theirs, proxied []float64
				before := s.peak()
				s.forget()
				before = min(before, s.peak())
				for b.Loop() {
					for range rounds {
						for n, do := range []func(){func() { what.ours(checksum) }, what.theirs} {
							seconds := since(do)
							if n == 0 {
								ours = append(ours, seconds)
							} else {
								theirs = append(theirs, seconds)
							}
							if what.then != nil {
								what.then()
							}
						}
						if what.proxy != "" {
							proxied = append(proxied, since(func() { s.curl("-o", "/dev/null", bare+what.proxy) }))
						}
					}
				}
				b.ReportMetric(median(theirs)/median(ours), "x-LXD")
				if what.proxy != "" {
					b.ReportMetric(median(proxied)/median(ours), "x-proxy")
				}
				b.ReportMetric(float64(size>>20)/median(ours), "MiB/s")
				b.ReportMetric(float64(s.peak()-before)/(1<<20), "MiB-more")
			})
		}
	}
}

// newProxy is the address of the bare program.
func newProxy(s *real) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		response, err := s.direct.Get("http://lxd" + r.URL.RequestURI())
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		w.Header().Set("Content-Length", strconv.FormatInt(response.ContentLength, 10))
		io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{response.Body}, make([]byte, 256<<10))
	}))
	s.b.Cleanup(server.Close)
	return server.URL
}

// imported sends an archive to LXD and waits for the instance.
func (s *real) imported(archive, name string) {
	s.b.Helper()
	answer := filepath.Join(s.b.TempDir(), "answer")
	s.curl("-o", answer, "-X", "POST", "-T", archive, "-H", "Content-Type: application/octet-stream", "-H", "X-LXD-name: "+name, "--unix-socket", s.socket, "http://lxd/1.0/instances")
	text, err := os.ReadFile(answer)
	if err != nil {
		s.b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `"operation":"`)
	operation, _, _ := strings.Cut(rest, `"`)
	s.lxd("GET", operation+"/wait", nil)
}

func write(b *testing.B, path string, size int64) {
	b.Helper()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	if _, err := io.CopyN(file, rand.Reader, size); err != nil {
		b.Fatal(err)
	}
}
