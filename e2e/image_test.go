package e2e

import (
	"net/url"
	"testing"
)

// An image leads to its names, its instances and its profiles, and back.
func TestAnImageAndItsNames(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	ask := lxdClient(t)
	name := newName() + "/x" // a name may hold a slash
	image := server.must(t, token, `{ image(alias: "busybox") { id fingerprint filename cached profiles { name } updateSource { serverUrl } aliases { name type image { id } project { name } } } }`, nil)
	fingerprint := image.at("image", "fingerprint").(string)
	if image.at("image", "filename") == "" || image.at("image", "cached") != false || image.at("image", "profiles", 0, "name") != "default" || image.at("image", "updateSource") != nil {
		t.Errorf("image: %s", image.Text)
	}
	if image.at("image", "aliases", 0, "type") != "CONTAINER" || image.at("image", "aliases", 0, "image", "id") != image.at("image", "id") {
		t.Errorf("its names: %s", image.Text)
	}
	ask("POST", "/1.0/images/aliases", map[string]any{"name": name, "target": fingerprint, "description": "a second name"})
	t.Cleanup(func() { ask("DELETE", "/1.0/images/aliases/"+url.PathEscape(name), nil) })

	one := server.must(t, token, `query($n: String!) { imageAlias(name: $n) { id name description type project { name } image { fingerprint } } }`, map[string]any{"n": name})
	if one.at("imageAlias", "description") != "a second name" || one.at("imageAlias", "image", "fingerprint") != fingerprint || one.at("imageAlias", "project", "name") != "default" {
		t.Errorf("alias: %s", one.Text)
	}
	node := server.must(t, token, `query($id: ID!) { node(id: $id) { id ... on ImageAlias { name } } }`, map[string]any{"id": one.at("imageAlias", "id")})
	if node.at("node", "name") != name || node.at("node", "id") != one.at("imageAlias", "id") {
		t.Errorf("node: %s", node.Text)
	}
	project := newProject(t, "true") // which has the default project's images
	var list *answer
	eventually(t, "the lists have the name that somebody else has given", func() bool {
		list = server.must(t, token, `query($p: String, $n: String) { imageAliases(project: $p, where: {name: {equals: $n}}) { totalCount nodes { id } } all: imageAliases(allProjects: true, where: {name: {equals: $n}}) { totalCount nodes { id } } }`,
			map[string]any{"p": project, "n": name})
		return list.at("imageAliases", "totalCount") == 1.0 && list.at("all", "totalCount") == 1.0
	})
	for _, of := range []string{"imageAliases", "all"} {
		if list.at(of, "totalCount") != 1.0 || list.at(of, "nodes", 0, "id") != one.at("imageAlias", "id") {
			t.Errorf("%s: %s", of, list.Text)
		}
	}
	instance := newName()
	server.must(t, token, createBusybox, map[string]any{"name": instance, "project": project, "wait": 60})
	used := server.must(t, token, `{ image(alias: "busybox") { usedBy { ... on Instance { name } } } }`, nil)
	found := false
	for _, user := range used.at("image", "usedBy").([]any) {
		found = found || into(user, "name") == instance
	}
	if !found {
		t.Errorf("%s is missing: %s", instance, used.Text)
	}
	if gone := server.ask(t, token, `{ imageAlias(name: "nope") { name } }`, nil); gone.code() != "NOT_FOUND" {
		t.Errorf("no such alias: %s", gone.Text)
	}
}
