package e2e

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
)

// Many change one volume at once and nobody's change is lost; many make one
// name, and one does.
func TestStorageWritesAtOnce(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	pool := newPool(t)
	project := newStorageProject(t, nil, pool)
	in := strings.NewReplacer("POOL", pool, "PROJECT", project)
	for _, many := range []struct {
		question string
		codes    map[string]int
	}{
		{`createStoragePool(input: {name: "POOL2", driver: "dir"}, wait: 60) { storagePool { name } }`, map[string]int{"": 1, "ALREADY_EXISTS": 7}},
		{`createStorageVolume(input: {pool: "POOL", name: "v", project: "PROJECT"}, wait: 60) { storageVolume { name } }`, map[string]int{"": 1, "ALREADY_EXISTS": 7}},
		{`createStorageVolumeSnapshot(pool: "POOL", volume: "v", project: "PROJECT", input: {name: "one"}, wait: 60) { snapshot { name } }`, map[string]int{"": 1, "ALREADY_EXISTS": 7}},
		{`createStorageVolumeBackup(pool: "POOL", volume: "v", project: "PROJECT", input: {name: "one"}, wait: 60) { backup { name } }`, map[string]int{"": 1, "ALREADY_EXISTS": 7}},
		{`deleteStoragePool(name: "POOL2", wait: 60) { deletedId }`, nil},
	} {
		codes := map[string]int{}
		for _, got := range atOnce(t, server, token, 8, func(int) (string, map[string]any) { return `mutation { ` + in.Replace(many.question) + ` }`, nil }) {
			codes[got.code()]++
		}
		if many.codes != nil && !maps.Equal(codes, many.codes) {
			t.Errorf("eight times %s: %v", many.question, codes)
		}
	}
	for _, got := range atOnce(t, server, token, 20, func(n int) (string, map[string]any) {
		return in.Replace(`mutation($c: StringMap) { updateStorageVolume(pool: "POOL", name: "v", project: "PROJECT", input: {config: $c}) { storageVolume { name } } }`),
			map[string]any{"c": map[string]string{fmt.Sprintf("user.k%02d", n): "x"}}
	}) {
		if got.code() != "" {
			t.Errorf("twenty set a key each: %s", got.Text)
		}
	}
	read := server.must(t, token, in.Replace(`{ storageVolume(pool: "POOL", name: "v", project: "PROJECT") { config(prefix: "user.k") } }`), nil)
	if config := read.at("storageVolume", "config").(map[string]any); len(config) != 20 {
		t.Errorf("keys are lost: %v", config)
	}
}

// atOnce asks side by side.
func atOnce(t *testing.T, server *running, token string, times int, question func(int) (string, map[string]any)) []*answer {
	t.Helper()
	answers := make([]*answer, times)
	var asking sync.WaitGroup
	for n := range times {
		asking.Go(func() {
			text, variables := question(n)
			answers[n] = server.ask(t, token, text, variables)
		})
	}
	asking.Wait()
	return answers
}
