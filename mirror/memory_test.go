package mirror

import (
	"os"
	"runtime"
	"testing"

	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// most is how many bytes 10,000 simulated instances may take, with their
// snapshots: about a quarter of it is the maps of their own configuration.
const most = 25 << 20

// Ten thousand instances take a bounded number of bytes: what is free after the
// mirror has forgotten all is what it held.
func TestWhatTenThousandInstancesTake(t *testing.T) {
	size := 2_500 // which take a second to list, and `make soak` takes all
	if os.Getenv("LXDQL_SOAK") != "" {
		size = 10_000
	}
	m := on(t, simulated(t, lxdsim.Options{Instances: size, Projects: 5, Pools: 2, Networks: 2, Seed: 1}))
	m.quiet()
	if _, err := m.View(); err != nil {
		t.Fatal(err)
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	count := len(m.tables[Instances].entries)
	snapshots := len(m.tables[Snapshots].entries)
	m.view = nil // it holds the entries too
	with := heap()
	m.tables[Snapshots] = table{}
	instances := heap()
	for kind := range m.tables {
		m.tables[kind] = table{}
	}
	m.users, m.keys, m.sharing, m.view, m.changes = nil, nil, sharing{}, nil, nil
	nothing := heap()
	for kind := range m.tables { // it runs until the test ends
		m.tables[kind] = table{seen: map[Key]uint64{}, listed: map[string]uint64{}}
	}
	m.users, m.keys = map[*Key]map[string]struct{}{}, map[Key]*Key{}
	t.Logf("%d instances and what is not theirs: %.2f MB; snapshots of %d of them: %.2f MB more", count, megabytes(instances-nothing), snapshots, megabytes(with-instances))
	if count != size {
		t.Errorf("%d instances", count)
	}
	if with-nothing > most*int64(size)/10_000 {
		t.Errorf("10,000 take more than %d MB", most>>20)
	}
}

func megabytes(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// heap is how many bytes are in use, after what is not has been collected.
func heap() int64 {
	runtime.GC()
	runtime.GC() // and what finalizers and unique texts had held
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return int64(now.HeapAlloc)
}
