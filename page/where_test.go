package page

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

type viewer struct{}

func (viewer) Allows(_ string, write bool) bool { return !write }

var estate = []*lxd.Instance{
	{Name: "web-1", Project: "default", Status: lxd.StatusRunning, Description: "The shop", ExpandedConfig: lxd.Expanded(lxd.StringMap{"limits.cpu": "2", "user.tags": "prod, web", "user.password": "hunter2", "volatile.eth0.hwaddr": "00:16:3e:aa:bb:cc"}),
		ExpandedDevices: lxd.DeviceMap{"eth0": {"type": "nic", "network": "lan"}, "root": {"type": "disk", "pool": "fast", "path": "/"}}},
	{Name: "web-2", Project: "default", Status: lxd.StatusStopped, ExpandedConfig: lxd.Expanded(lxd.StringMap{"limits.cpu": "4", "user.tags": "staging"})},
	{Name: "db", Project: "data", Status: lxd.StatusRunning, Member: "n1", ExpandedConfig: lxd.Expanded(lxd.StringMap{"user.owner": "Ada"}),
		State: &lxd.InstanceState{ProcessID: 7, ProcessCount: 5, Memory: lxd.InstanceStateMemory{UsageBytes: 1 << 20}}},
}

func chosen(t *testing.T, args Args) string {
	t.Helper()
	if args.Caller == nil {
		args.Caller = lxd.System
	}
	page, err := Instances.List(estate, args)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, instance := range page.Nodes() {
		text += instance.Name + " "
	}
	return text
}

type m = map[string]any

func TestASecretCannotBeGuessedByItsConditions(t *testing.T) {
	for _, args := range []Args{
		{Where: m{"config": []m{{"key": "user.password", "is": m{"prefix": ptr("h")}}}}},
		{Where: m{"config": []m{{"key": "user.password"}}}},
		{Search: ptr("hunter2")},
	} {
		if got := chosen(t, args); got != "web-1 " {
			t.Errorf("who may see it does not find it: %q", got)
		}
		args.Caller = viewer{}
		if got := chosen(t, args); got != "" {
			t.Errorf("a viewer finds %q by a secret", got)
		}
	}
}

func TestConditions(t *testing.T) {
	for _, story := range []struct {
		want  string
		where m
	}{
		{"db web-1 web-2 ", nil},
		{"db web-1 web-2 ", m{}},
		{"web-1 web-2 ", m{"name": m{"prefix": ptr("web")}}},
		{"web-1 ", m{"name": m{"prefix": ptr("web"), "not": ptr("web-2")}}},
		{"db ", m{"name": m{"in": []string{"db", "missing"}}}},
		{"", m{"name": m{"in": []string{}}}},
		{"db web-1 ", m{"status": m{"equals": ptr(lxd.StatusRunning)}}},
		{"db web-1 web-2 ", m{"status": m{"in": []lxd.InstanceStatus{"RUNNING", "STOPPED"}}}},
		{"web-2 ", m{"status": m{"not": ptr(lxd.StatusRunning)}}},
		{"web-1 ", m{"tags": m{"contains": ptr("web")}}},
		{"", m{"tags": m{"contains": ptr("we")}}},
		{"web-1 web-2 ", m{"tags": m{"in": []string{"prod", "staging"}}}},
		{"web-2 ", m{"config": []m{{"key": "limits.cpu", "value": ptr("4")}}}},
		{"web-2 ", m{"config": []m{{"key": "limits.cpu", "is": m{"greater": ptr("2")}}}}},
		{"db ", m{"location": m{"equals": ptr("n1")}}},
		{"web-1 web-2 ", m{"location": m{"equals": (*string)(nil)}}},
		{"db ", m{"location": m{"not": (*string)(nil)}}},
		{"web-1 ", m{"network": m{"equals": ptr("lan")}}},
		{"web-1 ", m{"pool": m{"contains": ptr("as")}}},
		{"db web-2 ", m{"network": m{"equals": (*string)(nil)}}},
		{"web-1 ", m{"network": m{"not": (*string)(nil)}}},
		{"db web-2 ", m{"network": m{"not": ptr("lan")}}},
		{"", m{"network": m{"less": ptr("z"), "prefix": ptr("w")}}},
		{"db web-1 web-2 ", m{"network": m{}}},
		{"web-1 ", m{"hwaddr": m{"prefix": ptr("00:16:3e")}}},
		{"db ", m{"state": m{"memoryUsageBytes": m{"greater": ptr(1000.0)}}}},
		{"", m{"state": m{"memoryUsageBytes": m{"less": ptr(1000.0)}}}},
		{"db ", m{"state": m{"processes": m{"equals": ptr(5.0)}}}},
		{"web-1 ", m{"and": []m{{"name": m{"prefix": ptr("web")}}, {"status": m{"equals": ptr(lxd.StatusRunning)}}}}},
		{"db web-2 ", m{"or": []m{{"name": m{"equals": ptr("db")}}, {"status": m{"equals": ptr(lxd.StatusStopped)}}}}},
		{"", m{"or": []m{}}},
		{"db ", m{"not": m{"name": m{"prefix": ptr("web")}}}},
		{"web-2 ", m{"not": m{"or": []m{{"name": m{"equals": ptr("db")}}, {"not": m{"status": m{"equals": ptr(lxd.StatusStopped)}}}}}}},
	} {
		if got := chosen(t, Args{Where: story.where}); got != story.want {
			t.Errorf("%v: %q, want %q", story.where, got, story.want)
		}
	}
}

func TestOrders(t *testing.T) {
	for field, want := range map[string]string{"NAME": "db web-1 web-2 ", "LOCATION": "web-1 web-2 db ", "MEMORY_USAGE_BYTES": "web-1 web-2 db ", "STATUS": "db web-1 web-2 "} {
		if got := chosen(t, Args{OrderBy: &OrderBy{Field: field}}); got != want {
			t.Errorf("by %s: %q, want %q", field, got, want)
		}
	}
	if got := chosen(t, Args{OrderBy: &OrderBy{Field: "NAME", Direction: ptr(Descending)}, Offset: ptr(1), Limit: ptr(1)}); got != "web-1 " {
		t.Errorf("the second from the end is %q", got)
	}
}

func TestNumbersSortAsNumbers(t *testing.T) {
	numbers := []float64{-1e300, -20, -3, -0.5, 0, 0.5, 3, 20, 1 << 53, 1e300}
	for n := 1; n < len(numbers); n++ {
		if sortable(numbers[n-1]) >= sortable(numbers[n]) {
			t.Errorf("%g does not come before %g", numbers[n-1], numbers[n])
		}
	}
}

func TestSearchRanks(t *testing.T) {
	exact, prefix, inside := Instances.Score(estate[2], "DB", lxd.System), Instances.Score(estate[0], "we", lxd.System), Instances.Score(estate[0], "hop", lxd.System)
	if exact <= prefix || prefix <= inside || inside == 0 {
		t.Errorf("exact %d, prefix %d, inside %d", exact, prefix, inside)
	}
	for search, want := range map[string]string{"ada": "db ", "PROD": "web-1 ", "aa:bb": "web-1 ", "nothing of this": "", " ": "db web-1 web-2 "} {
		if got := chosen(t, Args{Search: ptr(search)}); got != want {
			t.Errorf("%q finds %q, want %q", search, got, want)
		}
	}
}
