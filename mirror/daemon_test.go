package mirror

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
	"go.uber.org/goleak"
)

// kept is a mirror that runs on an LXD.
type kept struct {
	*Mirror
	t      *testing.T
	client *lxd.Client
	hub    *lxd.Hub
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// on runs a mirror on a socket until the test ends. What is prepared is done to
// the hub before it hears LXD.
func on(t *testing.T, socket string, prepare ...func(*lxd.Hub)) *kept {
	t.Helper()
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: socket})
	if err != nil {
		t.Fatal(err)
	}
	hub := lxd.NewHub(client)
	for _, before := range prepare {
		before(hub)
	}
	m := &kept{New(client, hub), t, client, hub}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { hub.Run(ctx) })
	running.Go(func() { m.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		client.Close()
	})
	m.ready()
	return m
}

func (m *kept) ready() {
	m.t.Helper()
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		if _, err := m.View(); err == nil {
			return
		}
		if time.Since(begun) > 20*time.Second {
			m.t.Fatalf("not in sync: %+v", m.Status())
		}
	}
}

// simulated runs the simulator on a socket.
func simulated(t *testing.T, options lxdsim.Options) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "mirror")
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(directory, "s")
	daemon := lxdsim.New(options)
	listening, err := daemon.Serve(context.Background(), socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listening.Close(); daemon.Close(); os.RemoveAll(directory) })
	return socket
}

// real is the socket of a real LXD; the test is skipped without one.
func real(t *testing.T) string {
	t.Helper()
	socket := os.Getenv("TEST_LXD_SOCKET")
	if socket == "" {
		if os.Getenv("TEST_LXD_REQUIRED") != "" {
			t.Fatal("TEST_LXD_REQUIRED is set and TEST_LXD_SOCKET is not")
		}
		t.Skip("no real LXD")
	}
	return socket
}

// differences are what the mirror holds otherwise than LXD's lists say.
func (m *kept) differences() (found []string) {
	m.t.Helper()
	view, err := m.View()
	if err != nil {
		return []string{err.Error()}
	}
	for kind := range kinds {
		fresh := map[Key]any{}
		if kind == Snapshots {
			instances, err := m.client.Instances(m.t.Context(), lxd.System, lxd.InstanceList{AllProjects: true})
			if err != nil {
				m.t.Fatal(err)
			}
			for _, instance := range instances {
				key := Key{Snapshots, instance.Project, instance.Name}
				if object, err := sources[Snapshots].read(m.t.Context(), m.client, key); err == nil && object != nil {
					fresh[key] = object
				}
			}
		} else {
			objects, err := sources[kind].list(m.t.Context(), m.client, "")
			if err != nil {
				m.t.Fatal(err)
			}
			for _, object := range objects {
				project, name := sources[kind].name(object)
				fresh[Key{kind, project, name}] = object
			}
		}
		for _, entry := range view.tables[kind].entries {
			now, there := fresh[entry.Key]
			delete(fresh, entry.Key)
			if network, ok := entry.Object.(*lxd.Network); ok && !network.Managed {
				continue
			}
			if !there {
				found = append(found, fmt.Sprintf("%v is gone", entry.Key))
			} else if why := differ(entry.Object, m.withoutGhosts(now)); why != "" {
				found = append(found, fmt.Sprintf("%v: %s", entry.Key, why))
			}
		}
		for key, object := range fresh {
			if network, ok := object.(*lxd.Network); !ok || network.Managed {
				found = append(found, fmt.Sprintf("%v is missing", key))
			}
		}
	}
	return found
}

// withoutGhosts leaves out of an object's users the snapshots that LXD itself
// does not find: a rename during a snapshot leaves a volume of none (seen on 5.0.2).
func (m *kept) withoutGhosts(object any) any {
	users, has := usersOf(object)
	if !has {
		return object
	}
	return withUsers(object, slices.DeleteFunc(slices.Clone(users), func(address string) bool {
		id, ok := m.client.Reference(address)
		instance, snapshot, _ := strings.Cut(id.Name, "/")
		if !ok || id.Kind != "InstanceSnapshot" {
			return false
		}
		all, err := m.client.InstanceSnapshots(m.t.Context(), lxd.System, &lxd.Instance{Project: id.Project, Name: instance})
		return lxd.IsNotFound(err) || err == nil && !slices.ContainsFunc(all, func(s *lxd.InstanceSnapshot) bool { return s.Name() == snapshot })
	}))
}

// differ says how what is held differs from what LXD says; "" when it does not.
func differ(held, now any) string {
	users, has := usersOf(now)
	if has {
		known, _ := usersOf(held)
		users = slices.Sorted(slices.Values(users))
		if !slices.Equal(known, users) {
			return fmt.Sprintf("used by %v, not %v", users, known)
		}
		held, now = withUsers(held, nil), withUsers(now, nil)
	}
	if some, ok := now.([]*lxd.InstanceSnapshot); ok {
		for _, snapshot := range some {
			snapshot.Size = -1
		}
	}
	if volume, ok := now.(*lxd.StorageVolume); ok {
		now = volume.With(volume.ListedSnapshots(), nil)
	}
	if same(held, now) {
		return ""
	}
	return fmt.Sprintf("%s, held as %s", dump(now), dump(held))
}

func dump(object any) string {
	if some, ok := object.([]*lxd.InstanceSnapshot); ok {
		var all []string
		for _, snapshot := range some {
			all = append(all, dump(snapshot.Of(nil)))
		}
		return fmt.Sprint(all)
	}
	value := reflect.Indirect(reflect.ValueOf(object))
	return fmt.Sprintf("%+v", value.Interface())
}

// quiet waits until nothing is to be read again.
func (m *kept) quiet() {
	m.t.Helper()
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		m.mutex.Lock()
		quiet := len(m.pending)+len(m.settle)+len(m.underWay) == 0
		m.mutex.Unlock()
		if quiet {
			return
		}
		if time.Since(begun) > 30*time.Second {
			m.t.Fatal("it does not become quiet")
		}
	}
}

// agrees compares all that the mirror holds with LXD's lists.
func (m *kept) agrees() {
	m.t.Helper()
	m.quiet()
	found := m.differences()
	slices.SortFunc(found, cmp.Compare[string])
	if len(found) > 0 {
		m.t.Errorf("%d differences, the first: %v", len(found), found[:min(len(found), 5)])
	}
}
