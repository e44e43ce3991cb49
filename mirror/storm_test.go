package mirror

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// bare speaks to LXD without lxdql: what it changes is told by events only.
type bare struct {
	http            *http.Client
	done, refused   atomic.Int64
	prefix, project string
}

func newBare(socket string) *bare {
	return &bare{prefix: fmt.Sprintf("s%x", rand.N(1<<20)), http: &http.Client{Timeout: 40 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}}
}

func (b *bare) send(ctx context.Context, method, path string, body any) bool {
	text, _ := json.Marshal(body)
	request, _ := http.NewRequestWithContext(ctx, method, "http://lxd/1.0/"+path, bytes.NewReader(text))
	request.Header.Set("Content-Type", "application/json")
	response, err := b.http.Do(request)
	if err != nil {
		b.refused.Add(1)
		return false
	}
	defer response.Body.Close()
	var answer struct{ Type, Operation string }
	data, _ := io.ReadAll(response.Body)
	if json.Unmarshal(data, &answer) != nil || answer.Type == "error" {
		b.refused.Add(1)
		return false
	}
	b.done.Add(1)
	if answer.Type == "async" {
		waited, err := b.http.Get("http://lxd" + answer.Operation + "/wait?timeout=30")
		if err == nil {
			waited.Body.Close()
		}
	}
	return true
}

type fields = map[string]any

// step is one random change by a worker.
func (b *bare) step(ctx context.Context, random *rand.Rand, source fields) {
	name := fmt.Sprintf("%s-%d", b.prefix, random.IntN(8))
	in := "?project=" + b.project
	profile := fmt.Sprintf("%s-p%d", b.prefix, random.IntN(2))
	volume := fmt.Sprintf("%s-v%d", b.prefix, random.IntN(3))
	some := fmt.Sprint(random.IntN(1000))
	do := func(method, path string, body any) { b.send(ctx, method, path+in, body) }
	switch random.IntN(20) {
	case 0, 1, 2:
		do("POST", "instances", fields{"name": name, "source": source, "profiles": []string{"default", profile}, "devices": fields{"root": fields{"type": "disk", "path": "/", "pool": "default"}}})
	case 3:
		do("PUT", "instances/"+name+"/state", fields{"action": "start"})
	case 4:
		do("PUT", "instances/"+name+"/state", fields{"action": "stop", "force": true})
	case 5:
		do("POST", "instances/"+name, fields{"name": name + "r"})
	case 6:
		do("POST", "instances/"+name+"r", fields{"name": name})
	case 7, 8:
		do("PATCH", "instances/"+name, fields{"config": fields{"user.storm": some}, "description": some})
	case 9, 10:
		do("PATCH", "profiles/"+profile, fields{"config": fields{"user.storm": some}, "description": some})
	case 11:
		do("POST", "instances/"+name+"/snapshots", fields{"name": "s" + some})
	case 12:
		do("PATCH", "instances/"+name+"/snapshots/s"+some, fields{"expires_at": time.Now().Add(time.Hour)})
	case 13:
		do("DELETE", "instances/"+name, nil)
	case 14:
		do("POST", "profiles", fields{"name": profile})
	case 15:
		do("POST", "storage-pools/default/volumes/custom", fields{"name": volume})
	case 16:
		do("POST", "storage-pools/default/volumes/custom/"+volume+"/snapshots", fields{"name": "s" + some})
	case 17:
		do("PATCH", "instances/"+name, fields{"devices": fields{"d1": fields{"type": "disk", "pool": "default", "source": volume, "path": "/d1"}}})
	case 18:
		do("POST", "storage-pools/default/volumes/custom/"+volume, fields{"name": volume + "x"})
	case 19:
		b.send(ctx, "PUT", "projects/"+b.project, fields{"description": some, "config": fields{"features.profiles": "true", "features.images": "false", "features.storage.volumes": "true"}})
	}
}

// storm lets 8 workers change what they can, in a project of its own; during is
// done meanwhile.
func (b *bare) storm(t *testing.T, long time.Duration, source fields, during func(ctx context.Context)) {
	t.Helper()
	b.project = b.prefix
	if !b.send(t.Context(), "POST", "projects", fields{"name": b.project, "config": fields{"features.profiles": "true", "features.images": "false", "features.storage.volumes": "true"}}) {
		t.Fatal("no project")
	}
	for n := range 2 {
		b.send(t.Context(), "POST", "profiles?project="+b.project, fields{"name": fmt.Sprintf("%s-p%d", b.prefix, n)})
	}
	ctx, calm := context.WithTimeout(t.Context(), long)
	defer calm()
	var working sync.WaitGroup
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for n := range 8 {
		working.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), seed))
			for ctx.Err() == nil {
				b.step(context.WithoutCancel(ctx), random, source)
			}
		})
	}
	if during != nil {
		during(ctx)
	}
	working.Wait()
	t.Logf("%d changes, %d refused", b.done.Load(), b.refused.Load())
	if b.done.Load() < 10 {
		t.Error("hardly anything was changed")
	}
}

// After a storm, and then quiet, the mirror is what LXD lists, and looking at
// everything again finds nothing that it had not seen.
func TestAStormLeavesNoDifference(t *testing.T) {
	long := 4 * time.Second
	if os.Getenv("LXDQL_SOAK") != "" {
		long = time.Minute
	}
	options := lxdsim.Options{Instances: 40, Projects: 3, Pools: 2, Networks: 2, Seed: 1, OperationDelay: 30 * time.Millisecond}
	t.Run("simulator", func(t *testing.T) {
		options := options
		options.Faults = lxdsim.Faults{Shuffle: 200 * time.Millisecond, Early: 100 * time.Millisecond, Repeat: 30}
		socket := simulated(t, options)
		m := on(t, socket)
		newBare(socket).storm(t, long, fields{"type": "none"}, nil)
		m.calm()
	})
	t.Run("simulator that loses events", func(t *testing.T) {
		options := options
		options.Faults = lxdsim.Faults{Shuffle: 200 * time.Millisecond, Early: 100 * time.Millisecond, Repeat: 30, Lose: 20, Drop: 1}
		socket := simulated(t, options)
		m := on(t, socket)
		newBare(socket).storm(t, long, fields{"type": "none"}, nil)
		m.ready()
		m.quiet()
		m.listAll(t.Context()) // which happens every five minutes
		m.agrees()
		t.Logf("%+v", m.Status())
	})
	t.Run("simulator that fails when it is done", func(t *testing.T) {
		options := options
		options.Faults = lxdsim.Faults{Halfway: 60}
		socket := simulated(t, options)
		m := on(t, socket)
		newBare(socket).storm(t, long, fields{"type": "none"}, nil)
		m.calm()
	})
	t.Run("real", func(t *testing.T) {
		socket := real(t)
		m := on(t, socket)
		storm := newBare(socket)
		t.Cleanup(func() { storm.sweep() })
		storm.storm(t, long, fields{"type": "image", "alias": "busybox"}, nil)
		m.calm()
	})
}

// The same with LXD restarted twice meanwhile, a minute long.
func TestAStormWithRestarts(t *testing.T) {
	if os.Getenv("LXDQL_SOAK") == "" {
		t.Skip("make soak does this")
	}
	real(t)
	directory := fmt.Sprintf("/tmp/mirrorstorm%d", os.Getpid())
	script := func(what string) string {
		out, err := exec.Command("../scripts/lxd.sh", what, directory).Output()
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
		return string(lines[len(lines)-1])
	}
	socket := script("start")
	defer script("remove")
	m := on(t, socket)
	newBare(socket).storm(t, time.Minute, fields{"type": "image", "alias": "busybox"}, func(ctx context.Context) {
		for range 2 {
			pause(ctx, 15*time.Second)
			script("kill")
			script("start")
		}
	})
	m.calm()
}

// calm waits for quiet, compares, and lists everything again.
func (m *kept) calm() {
	m.t.Helper()
	m.ready()
	m.agrees()
	before := m.Status()
	m.listAll(m.t.Context())
	after := m.Status()
	if after.Differences != 0 || after.Revision != before.Revision {
		m.t.Errorf("looking again found %d differences, revision %d after %d: %v", after.Differences, after.Revision, before.Revision, after.Differing)
	}
	m.t.Logf("%+v", after)
}

// sweep takes away what a storm has left.
func (b *bare) sweep() {
	ctx := context.Background()
	in := "?project=" + b.project
	for n := range 8 {
		for _, end := range []string{"", "r"} {
			name := fmt.Sprintf("instances/%s-%d%s", b.prefix, n, end)
			b.send(ctx, "PUT", name+"/state"+in, fields{"action": "stop", "force": true})
			b.send(ctx, "DELETE", name+in, nil)
		}
	}
	for n := range 3 {
		for _, end := range []string{"", "x", "xx"} {
			b.send(ctx, "DELETE", fmt.Sprintf("storage-pools/default/volumes/custom/%s-v%d%s", b.prefix, n, end)+in, nil)
		}
		b.send(ctx, "DELETE", fmt.Sprintf("profiles/%s-p%d", b.prefix, n)+in, nil)
	}
	b.send(ctx, "DELETE", "projects/"+b.project, nil)
}
