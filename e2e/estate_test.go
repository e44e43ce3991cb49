package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// estate is the question of the schema's contract that has to work as it is written.
const estate = `query Estate($project: String = "default", $first: Int = 100) {
  instances(project: $project, first: $first, orderBy: {field: NAME}) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id name status type location createdAt tags
      project { name }
      profiles { name }
      image { fingerprint description }
      state { pid processes cpu { usageSeconds } memory { usageBytes totalBytes }
              network { name addresses { family address scope } counters { bytesReceived bytesSent } } }
      devices { name type
        ... on DiskDevice { path pool { name driver space { usedBytes totalBytes } } volume { name type } }
        ... on NicDevice { network { name type leases { address hostname } } } }
      snapshots { name createdAt stateful }
      availableActions
    }
  }
}`

// LXD is asked no more often for 100 instances than for 10, and for a page of
// 20 of 500 only for those 20 more.
func TestTheEstateTakesFewRequests(t *testing.T) {
	counting := countRequests(t, realSocket(t))
	server := start(t, "LXD_SOCKET_PATH="+counting.socket, "MIRROR=off")
	token := server.login(t)
	project := newProject(t, "true")
	ask := lxdClient(t)
	names := []string{}
	t.Cleanup(func() { removeAll(ask, project, names) })
	const pools, networks = 1, 1
	for _, story := range []struct{ instances, page, most int }{
		{10, 100, 6 + 2*pools + networks}, {100, 100, 6 + 2*pools + networks}, {500, 20, 6 + 2*pools + networks + 20},
	} {
		for ; len(names) < story.instances; names = append(names, fmt.Sprintf("e%03d", len(names))) {
			makeBusybox(ask, project, fmt.Sprintf("e%03d", len(names)), len(names) < 10)
		}
		variables := map[string]any{"project": project, "first": story.page}
		var read *answer
		calls := counting.during(func() { read = server.must(t, token, estate, variables) })
		t.Logf("%d instances, a page of %d: %d requests", story.instances, story.page, len(calls))
		if len(calls) > story.most {
			t.Errorf("%d instances, a page of %d: %d requests, want at most %d: %v", story.instances, story.page, len(calls), story.most, calls)
		}
		wantEstate(t, read, project, story.instances, min(story.instances, story.page))
		if cost := read.Extensions["lxd"].(map[string]any); cost["calls"] != float64(len(calls)) {
			t.Errorf("extensions.lxd says %v requests, and there were %d", cost["calls"], len(calls))
		}
	}
	statuses := counting.during(func() {
		server.must(t, token, `query($p: String) { instances(project: $p) { nodes { name status } } }`, map[string]any{"p": project})
	})
	if len(statuses) != 1 {
		t.Errorf("names and statuses take %v", statuses)
	}
}

// makeBusybox makes an instance from an image, or one without, which is quicker.
func makeBusybox(ask func(string, string, any) map[string]any, project, name string, image bool) {
	source := map[string]string{"type": "none"}
	if image {
		source = map[string]string{"type": "image", "alias": "busybox"}
	}
	waitRaw(ask, ask("POST", "/1.0/instances?project="+project, map[string]any{"name": name, "source": source}))
}

func wantEstate(t *testing.T, read *answer, project string, total, shown int) {
	t.Helper()
	nodes := read.at("instances", "nodes").([]any)
	if read.at("instances", "totalCount") != float64(total) || len(nodes) != shown {
		t.Fatalf("%v instances, %d on the page; want %d and %d", read.at("instances", "totalCount"), len(nodes), total, shown)
	}
	for n, node := range nodes {
		if into(node, "name") != fmt.Sprintf("e%03d", n) || into(node, "state") == nil || into(node, "project", "name") != project || into(node, "profiles", 0, "name") != "default" {
			t.Fatalf("%v", node)
		}
		if devices := fmt.Sprint(into(node, "devices")); !strings.Contains(devices, "driver:dir") || !strings.Contains(devices, "usedBytes:") || !strings.Contains(devices, "type:BRIDGE") {
			t.Fatalf("the edges of the devices are missing: %s", devices)
		}
	}
	if into(nodes[0], "image", "fingerprint") == nil {
		t.Errorf("the image is missing: %v", nodes[0])
	}
}
