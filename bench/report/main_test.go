package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What was printed is passed on as it is; the table says what was reached and what
// was not, and leaves out what nobody has set a bound for.
func TestReport(t *testing.T) {
	const printed = `goos: linux
BenchmarkFanOut-2   	       1	1704205301 ns/op	    133392 bare-messages/s	         7.418 x-bare
BenchmarkBytes/backup/checksum=true-2	 1	5451191224 ns/op	 0.1974 x-LXD
BenchmarkBytes/backup/checksum=true-2	 1	broken x-LXD
--- FAIL: BenchmarkSubscribers/100
BenchmarkLatency-2	 100	 10683877 ns/op	 9.050 p99-ms
`
	var out strings.Builder
	path := filepath.Join(t.TempDir(), "bench.svg")
	if err := report(strings.NewReader(printed), &out, []string{path}); err != nil {
		t.Fatal(err)
	}
	passed, table, _ := strings.Cut(out.String(), "\n\n")
	if passed+"\n" != printed {
		t.Errorf("passed on: %s", passed)
	}
	for _, line := range []string{"reached  7.42 ≥ 0.7       FanOut ", "missed   0.197 ≥ 0.7      Bytes/backup/checksum=true ", "reached  9.05 ≤ 20        Latency "} {
		if !strings.Contains(table, line) {
			t.Errorf("%q is not in the table:\n%s", line, table)
		}
	}
	if strings.Contains(table, "bare-messages") {
		t.Errorf("nobody has set a bound for all of this:\n%s", table)
	}
	picture, err := os.ReadFile(path)
	if err != nil || strings.Count(string(picture), "#2f855a") != 2 || strings.Count(string(picture), "#c53030") != 1 {
		t.Errorf("%v: two bars to the right, one to the left: %s", err, picture)
	}
}
