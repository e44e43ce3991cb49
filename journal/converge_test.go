package journal_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lxdql/lxdql/db"
	"github.com/lxdql/lxdql/journal"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// Whatever goes wrong with LXD's event stream, who begins with what there is,
// follows the events, looks at what they tell of, goes away and comes back with
// the cursor, sees in the end what there is. The long form tries many storms.
func TestAViewConvergesWhateverTheFaults(t *testing.T) {
	storms := "12"
	if os.Getenv("LXDQL_SOAK") != "" {
		storms = "1000"
	}
	if !flagged("rapid.checks") {
		flag.Set("rapid.checks", storms)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := newEstate(t)
		viewers := []*viewer{e.view(t), e.view(t), e.view(t)}
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			e.step(t, viewers)
		}
		e.settle(t, viewers)
	})
}

func flagged(name string) (set bool) {
	flag.Visit(func(one *flag.Flag) { set = set || one.Name == name })
	return set
}

// estate is a simulated LXD and all that follows it.
type estate struct {
	simulated *lxdsim.Server
	client    *lxd.Client
	hub       *lxd.Hub
	journal   *journal.Journal
	lost      bool // whether frames were lost without the stream's end
	early     time.Duration
}

func newEstate(t *rapid.T) *estate {
	directory, err := os.MkdirTemp("", "sim") // a test's own name is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	e := &estate{simulated: lxdsim.New(lxdsim.Options{Instances: 4, OperationDelay: 5 * time.Millisecond, Seed: rapid.Int64Range(1, 1<<40).Draw(t, "seed")})}
	listening, err := e.simulated.Serve(context.Background(), filepath.Join(directory, "s"))
	if err != nil {
		t.Fatal(err)
	}
	database, err := db.Open(t.Context(), ":memory:")
	if err == nil {
		err = database.Migrate(t.Context())
	}
	if err == nil {
		e.client, err = lxd.New(t.Context(), lxd.Config{SocketPath: filepath.Join(directory, "s"), Timeout: 10 * time.Second})
	}
	if err != nil {
		t.Fatal(err)
	}
	e.hub = lxd.NewHub(e.client)
	if e.journal, err = journal.Open(t.Context(), database, e.hub, journal.Options{}, func(error) {}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { e.hub.Run(ctx) })
	running.Go(func() { e.journal.Run(ctx) })
	t.Cleanup(func() {
		stop()
		running.Wait()
		database.Close()
		listening.Close()
		e.simulated.Close()
		os.RemoveAll(directory)
	})
	<-e.hub.Connected()
	return e
}

// ask changes something, as somebody does whom nobody here knows.
func (e *estate) ask(method, path, body string) {
	request := httptest.NewRequest(method, "http://lxd/1.0/"+path, strings.NewReader(body))
	e.simulated.ServeHTTP(httptest.NewRecorder(), request)
}

// step is one thing that happens.
func (e *estate) step(t *rapid.T, viewers []*viewer) {
	name := rapid.SampledFrom([]string{"a", "b", "c", "web-0", "db-0"}).Draw(t, "name")
	switch what := rapid.SampledFrom([]string{"create", "create", "state", "state", "patch", "patch", "delete", "delete", "faults", "drop", "go", "go", "wait"}).Draw(t, "what"); what {
	case "create":
		e.ask("POST", "instances", `{"name":"`+name+`","source":{"type":"image","alias":"busybox"}}`)
	case "state":
		action := rapid.SampledFrom([]string{"start", "stop", "restart", "freeze", "unfreeze"}).Draw(t, "action")
		e.ask("PUT", "instances/"+name+"/state", `{"action":"`+action+`","force":true}`)
	case "patch":
		e.ask("PATCH", "instances/"+name, fmt.Sprintf(`{"config":{"user.step":"%d"}}`, rapid.IntRange(0, 1000).Draw(t, "value")))
	case "delete":
		e.ask("DELETE", "instances/"+name, "")
	case "faults":
		faults := lxdsim.Faults{
			Shuffle: time.Duration(rapid.IntRange(0, 30).Draw(t, "shuffle")) * time.Millisecond,
			Early:   time.Duration(rapid.IntRange(0, 20).Draw(t, "early")) * time.Millisecond,
			Lose:    rapid.SampledFrom([]int{0, 0, 0, 20}).Draw(t, "lose"),
			Repeat:  rapid.SampledFrom([]int{0, 30}).Draw(t, "repeat"),
			Drop:    rapid.SampledFrom([]int{0, 0, 5}).Draw(t, "drop"),
		}
		e.lost, e.early = e.lost || faults.Lose > 0, max(e.early, faults.Early)
		e.simulated.SetFaults(faults)
	case "drop": // and nobody hears of what happens next
		e.simulated.DropStreams()
		e.ask("PATCH", "instances/"+name, fmt.Sprintf(`{"config":{"user.step":"%d"}}`, rapid.IntRange(1000, 2000).Draw(t, "value")))
		e.ask("DELETE", "instances/"+rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "gone"), "")
	case "go":
		viewers[rapid.IntRange(0, len(viewers)-1).Draw(t, "viewer")].goOrCome(t)
	case "wait":
		time.Sleep(time.Duration(rapid.IntRange(1, 30).Draw(t, "milliseconds")) * time.Millisecond)
	}
}

// settle lets all come to rest, and compares.
func (e *estate) settle(t *rapid.T, viewers []*viewer) {
	e.simulated.SetFaults(lxdsim.Faults{})
	for _, v := range viewers {
		if v.stop == nil {
			v.goOrCome(t)
		}
	}
	if e.lost || rapid.Bool().Draw(t, "missed") { // lost frames nobody can know of, until events are known to be missed
		<-e.hub.Connected()
		e.simulated.DropStreams()
		e.ask("PATCH", "instances/web-0", `{"config":{"user.step":"2001"}}`)
	}
	wrong := ""
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		there, err := e.list(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		wrong = ""
		for n, v := range viewers {
			if seen := v.seen(); seen != text(there) {
				wrong += fmt.Sprintf("viewer %d sees\n%s\nand there is\n%s\n", n, seen, text(there))
			}
		}
		if wrong == "" && e.quiet() {
			break
		}
	}
	for _, v := range viewers {
		v.goOrCome(t) // it ends
		wrong += v.wrong
	}
	if wrong != "" {
		t.Fatal(wrong)
	}
}

// quiet reports whether nothing is under way.
func (e *estate) quiet() bool {
	recorder := httptest.NewRecorder()
	e.simulated.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://lxd/1.0/operations", nil))
	return !strings.Contains(recorder.Body.String(), `"running"`)
}

func (e *estate) list(ctx context.Context) (map[string]string, error) {
	instances, err := e.client.Instances(ctx, lxd.System, lxd.InstanceList{})
	all := map[string]string{}
	for _, instance := range instances {
		all[instance.Name] = picture(instance)
	}
	return all, err
}

func picture(instance *lxd.Instance) string {
	return fmt.Sprintf("%s %s %s", instance.Status, instance.Config["user.step"], instance.Config["volatile.uuid"])
}

func text(view map[string]string) string {
	lines := make([]string, 0, len(view))
	for _, name := range []string{"a", "b", "c", "web-0", "db-0", "cache-0", "queue-0", "build-0"} {
		if known, ok := view[name]; ok {
			lines = append(lines, name+": "+known)
		}
	}
	return strings.Join(lines, "\n")
}

// viewer holds a picture of the instances, as a user interface does.
type viewer struct {
	e     *estate
	stop  context.CancelFunc // nil while it is away
	ended chan struct{}

	mutex  sync.Mutex
	view   map[string]string
	dirty  map[string]bool // what is to be looked at once more
	all    bool            // whether everything is
	cursor string
	last   uint64
	final  map[string]bool
	wrong  string
}

func (e *estate) view(t *rapid.T) *viewer {
	v := &viewer{e: e, dirty: map[string]bool{}, final: map[string]bool{}}
	v.goOrCome(t)
	return v
}

func (v *viewer) seen() string {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	return text(v.view)
}

// goOrCome takes it away, or lets it go on from where it was.
func (v *viewer) goOrCome(t *rapid.T) {
	if v.stop != nil {
		v.stop()
		<-v.ended
		v.stop = nil
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	v.stop, v.ended = stop, make(chan struct{})
	go func() {
		defer close(v.ended)
		for ctx.Err() == nil {
			if err := v.follow(ctx); err != nil && ctx.Err() == nil {
				v.fail("it ended with %v", err)
				return
			}
		}
	}()
}

func (v *viewer) fail(format string, arguments ...any) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.wrong += fmt.Sprintf(format, arguments...) + "\n"
}

// follow goes on after its cursor, or begins with what there is; nil is that it
// should go on.
func (v *viewer) follow(ctx context.Context) error {
	if v.cursor == "" {
		v.cursor = v.e.hub.CursorOf(v.e.hub.Last())
		if v.cursor == "" { // nothing has happened yet
			first, err := v.e.hub.Subscribe(lxd.System, lxd.EventFilter{AllProjects: true})
			if err != nil {
				return err
			}
			defer first.Close()
			return v.read(ctx, first)
		}
		if err := v.again(ctx); err != nil {
			return err
		}
	}
	events, err := v.e.journal.Follow(ctx, lxd.System, lxd.EventFilter{AllProjects: true}, v.cursor)
	if err != nil {
		return err
	}
	defer events.Close()
	return v.read(ctx, events)
}

func (v *viewer) read(ctx context.Context, events interface {
	Next(context.Context) (lxd.Event, error)
}) error {
	if v.view == nil {
		if err := v.again(ctx); err != nil {
			return err
		}
	}
	for {
		// An event may come before what it tells of can be read: what was looked at
		// is looked at once more when it is calm.
		calm, enough := context.WithTimeout(ctx, 60*time.Millisecond)
		event, err := events.Next(calm)
		enough()
		switch {
		case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
			if v.all {
				if err := v.list(ctx); err != nil {
					return err
				}
				v.all = false
			}
			for name := range v.dirty {
				if err := v.look(ctx, name); err != nil {
					return err
				}
			}
			clear(v.dirty)
			continue
		case errors.As(err, new(*lxd.LaggedError)):
			return nil
		case err != nil:
			return err
		}
		if err := v.take(ctx, event); err != nil {
			return err
		}
		v.cursor, v.last = event.Head().Cursor, event.Head().Sequence
	}
}

// take is what an event changes in the picture.
func (v *viewer) take(ctx context.Context, event lxd.Event) error {
	if event.Head().Sequence <= v.last {
		v.fail("event %d comes after event %d", event.Head().Sequence, v.last)
	}
	switch event := event.(type) {
	case *lxd.GapEvent:
		return v.again(ctx)
	case *lxd.OperationEvent:
		if v.final[event.Operation.UUID] {
			v.fail("%s follows the end of operation %s", event.Operation.Status(), event.Operation.UUID)
		}
		v.final[event.Operation.UUID] = event.Operation.Final()
	case *lxd.LifecycleEvent:
		if kind, name := event.Object(); kind == "instances" {
			v.dirty[name] = true
			return v.look(ctx, name)
		}
	}
	return nil
}

// look reads one instance.
func (v *viewer) look(ctx context.Context, name string) error {
	instance, err := v.e.client.InstanceObject(ctx, lxd.System, "default", name)
	if err != nil && !lxd.IsNotFound(err) {
		return err
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if err != nil {
		delete(v.view, name)
		return nil
	}
	v.view[name] = picture(instance)
	return nil
}

// again reads all that there is, and once more when it is calm: what was announced
// before may not have been there to be read yet.
func (v *viewer) again(ctx context.Context) error {
	v.all = true
	return v.list(ctx)
}

func (v *viewer) list(ctx context.Context) error {
	all, err := v.e.list(ctx)
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if err == nil {
		v.view = all
	}
	return err
}
