package bench

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// estate is the question of the schema's contract.
const estate = `query Estate { instances(first: 100, orderBy: {field: NAME}) { totalCount pageInfo { hasNextPage endCursor } nodes {
	id name status type location createdAt tags project { name } profiles { name } image { fingerprint description }
	state { pid processes cpu { usageSeconds } memory { usageBytes totalBytes } network { name addresses { family address scope } counters { bytesReceived bytesSent } } }
	devices { name type ... on DiskDevice { path pool { name driver space { usedBytes totalBytes } } volume { name type } } ... on NicDevice { network { name type leases { address hostname } } } }
	snapshots { name createdAt stateful } availableActions } } }`

// BenchmarkEstate asks a server of its own process the contract's question, of
// 500 instances. x-json is its processor time over that of decoding LXD's
// answers and encoding the response with encoding/json: what nobody can do
// without.
func BenchmarkEstate(b *testing.B) {
	running := start(b, 500)
	alone := running.alone()
	running.ask(estate, nil) // the query is parsed, the connections are made
	answers, response := running.recorded(func() []byte { return running.answer(estate) })
	before := cpuOf(b, alone)
	count := 0
	for b.Loop() {
		running.ask(estate, nil)
		count++
	}
	ours := (cpuOf(b, alone) - before) / time.Duration(count)
	least := withJSON(b, answers, response)
	b.ReportMetric(float64(ours)/float64(least), "x-json")
	b.ReportMetric(float64(ours.Microseconds())/1000, "CPU-ms/op")
	b.ReportMetric(float64(len(answers)), "LXD-requests/op")
	b.ReportMetric(float64(len(response)), "bytes/op")
}

// withJSON is the time of decoding the answers and encoding the response.
func withJSON(b *testing.B, answers [][]byte, response []byte) time.Duration {
	var value any
	if err := json.Unmarshal(response, &value); err != nil {
		b.Fatal(err)
	}
	const times = 50
	begun := time.Now()
	for range times {
		for _, answer := range answers {
			var decoded any
			if err := json.Unmarshal(answer, &decoded); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := json.Marshal(value); err != nil {
			b.Fatal(err)
		}
	}
	return time.Since(begun) / times
}

// alone starts the server as a program of its own on the same simulated LXD,
// and asks that one from then on.
func (s *bench) alone(environment ...string) int {
	s.b.Helper()
	binary := filepath.Join(s.b.TempDir(), "lxdql")
	if out, err := exec.Command("go", "build", "-o", binary, "..").CombinedOutput(); err != nil {
		s.b.Fatalf("%v\n%s", err, out)
	}
	command := exec.Command(binary)
	command.Dir = s.b.TempDir()
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "APP_PORT=0", "LXD_SOCKET_PATH=" + s.socket, "SEED_ADMIN_PASSWORD=a bench password"}
	command.Env = append(command.Env, environment...)
	output, err := command.StderrPipe()
	if err != nil {
		s.b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		s.b.Fatal(err)
	}
	s.b.Cleanup(func() {
		command.Process.Signal(os.Interrupt)
		command.Wait()
	})
	address := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(output); lines.Scan(); {
			var line struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				address <- line.URL
			}
		}
	}()
	select {
	case url := <-address:
		s.url = url + "graphql"
	case <-time.After(30 * time.Second):
		s.b.Fatal("the server does not start")
	}
	s.token = ""
	s.login()
	return command.Process.Pid
}

// cpuOf is the processor time that a process has used, in steps of 10 ms.
func cpuOf(b *testing.B, pid int) time.Duration {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		b.Skip("the processor time of another process is known on Linux only")
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
