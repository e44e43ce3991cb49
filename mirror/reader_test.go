package mirror

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// only may read one project.
type only string

func (o only) Allows(project string, write bool) bool { return project == string(o) && !write }

// each is every object that a reader gives for a scope, with the error of each
// question, by what was asked.
func each(t *testing.T, r *Reader, as lxd.Scope, projects []string) map[string]any {
	t.Helper()
	ctx, answers := t.Context(), map[string]any{}
	ask := func(what string, answer any, err error) {
		if err != nil {
			answer = err.Error()
		}
		if lxd.IsNotFound(err) {
			answer = "not found" // in LXD's words or in ours
		}
		answers[what] = answer
	}
	all, err := r.Instances(ctx, as, lxd.InstanceList{AllProjects: true, Entitlements: true})
	ask("instances", ids(all), err)
	profiles, err := r.AllProfiles(ctx, as)
	ask("profiles", ids(profiles), err)
	networks, err := r.AllNetworks(ctx, as)
	ask("networks", ids(networks), err)
	acls, err := r.AllNetworkAcls(ctx, as)
	ask("acls", ids(acls), err)
	images, err := r.AllImages(ctx, as)
	ask("images", ids(images), err)
	aliases, err := r.AllImageAliases(ctx, as)
	ask("aliases", ids(aliases), err)
	volumes, err := r.StorageVolumes(ctx, as, lxd.VolumeList{AllProjects: true, Type: lxd.VolumeCustom})
	ask("volumes", ids(volumes), err)
	known, err := r.Projects(ctx, as)
	ask("projects", ids(known), err)
	for _, project := range append(projects, "nope") {
		one, err := r.Instances(ctx, as, lxd.InstanceList{Project: project})
		ask(project+"/instances", ids(one), err)
		in, err := r.Project(ctx, as, project)
		ask(project, err == nil && in != nil, err)
		if in != nil && in.Effective(lxd.FeatureProfiles) != project {
			continue // nobody asks for what it has not
		}
		profiles, err := r.Profiles(ctx, as, project)
		ask(project+"/profiles", ids(profiles), err)
		for _, name := range []string{"default", "nope"} {
			profile, err := r.Profile(ctx, as, project, name)
			ask(project+"/profile/"+name, profile != nil, err)
		}
		for _, name := range []string{"web-0", "nope", ""} {
			instance, err := r.InstanceObject(ctx, as, project, name)
			ask(project+"/instance/"+name, instance != nil, err)
			if err != nil {
				continue
			}
			snapshots, err := r.InstanceSnapshots(ctx, as, instance)
			ask(project+"/snapshots/"+name, ids(snapshots), err)
		}
	}
	return answers
}

func ids[T interface{ ID() string }](objects []T) []string {
	all := make([]string, len(objects))
	for n, object := range objects {
		all[n] = object.ID()
	}
	slices.Sort(all)
	return all
}

// Whoever asks memory is told what LXD would tell through the same scope: the
// same objects, the same refusals, and nothing of another's project.
func TestMemoryTellsNobodyMoreThanTheClient(t *testing.T) {
	socket := simulated(t, lxdsim.Options{Instances: 30, Projects: 4, Pools: 2, Networks: 2, Seed: 3})
	m := on(t, socket)
	projects, err := m.client.Projects(t.Context(), lxd.System)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, project := range projects {
		names = append(names, project.Name)
	}
	scopes := map[string]lxd.Scope{"everybody": lxd.System, "nobody": only("nope")}
	for _, name := range names {
		scopes[name] = only(name)
	}
	seen := map[string]bool{}
	for name, as := range scopes {
		memory, live := each(t, m.Reader(false), as, names), each(t, m.Reader(true), as, names)
		for what, answer := range live {
			if of, ok := answer.([]string); ok {
				if held, ok := memory[what].([]string); !ok || !slices.Equal(of, held) {
					t.Errorf("%s is shown %s as %v, LXD tells %v", name, what, memory[what], of)
				}
				for _, id := range of {
					seen[id] = true
				}
			} else if memory[what] != answer {
				t.Errorf("%s is shown %s as %v, LXD tells %v", name, what, memory[what], answer)
			}
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d objects were seen", len(seen))
	}
	if m.Reader(false).View() == nil {
		t.Error("all of that was LXD's")
	}
}

// What has come to be after the picture was taken is not denied: LXD is asked for
// the lists of a project that the picture has not. Who may not see it learns
// nothing, and LXD is not asked.
func TestAProjectOfAMomentAgoIsListed(t *testing.T) {
	socket := simulated(t, lxdsim.Options{Instances: 3, Projects: 1, Pools: 1, Networks: 1, Seed: 3})
	m := on(t, socket)
	reader, stranger := m.Reader(false), m.Reader(false)
	if reader.View() == nil || stranger.View() == nil {
		t.Fatal("there is no memory")
	}
	createProject(t, socket, "late")
	ctx, usage := lxd.WithUsage(t.Context())
	if _, err := stranger.Profiles(ctx, only("default"), "late"); !lxd.IsNotFound(err) {
		t.Errorf("a stranger is told %v", err)
	}
	if calls, _, _ := usage.Cost(); calls > 0 {
		t.Errorf("LXD is asked %d times for a stranger", calls)
	}
	if profiles, err := reader.Profiles(t.Context(), lxd.System, "late"); err != nil || len(profiles) != 1 {
		t.Errorf("its profiles are %v, %v", profiles, err)
	}
	if instances, err := reader.Instances(t.Context(), lxd.System, lxd.InstanceList{Project: "late"}); err != nil || len(instances) != 0 {
		t.Errorf("its instances are %v, %v", instances, err)
	}
	if _, err := reader.Profiles(t.Context(), lxd.System, "never"); !lxd.IsNotFound(err) {
		t.Errorf("of a project that never was: %v", err)
	}
	if _, ok := reader.Basis(); ok {
		t.Error("what LXD was asked for is told as of memory")
	}
}

// createProject makes a project as another client of LXD does.
func createProject(t *testing.T, socket, name string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}}
	defer client.CloseIdleConnections()
	response, err := client.Post("http://lxd/1.0/projects", "application/json", strings.NewReader(`{"name": "`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatal(response.Status)
	}
}
