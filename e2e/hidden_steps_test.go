package e2e

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// hiding is a LXD with projects that callers may not see. Every name in them has
// the word in it.
type hiding struct {
	*running
	admin string
	// word is in all that is hidden, and other is a word like it that is nowhere.
	word, other string
	// own has objects of all kinds of its own, shared uses default's.
	own, shared string
	// mine is what callers may see, as default is to some.
	mine string
	// network is a bridge of default's that everybody's instances are on.
	network, fingerprint, hwaddr string
}

// newHiding fills the projects, by LXD itself and through lxdql.
func newHiding(t *testing.T) *hiding {
	t.Helper()
	type m = map[string]any
	server := onRealLXD(t)
	h := &hiding{running: server, admin: server.login(t), mine: newProject(t, "false"), hwaddr: "00:16:3e:de:ad:01"}
	h.word, h.other = "hid"+strings.ToLower(rand.Text()[:8]), "nox"+strings.ToLower(rand.Text()[:8])
	h.own, h.shared = h.word+"-own", h.word+"-shared"
	ask := lxdClient(t)
	must := func(method, path string, body any) m {
		t.Helper()
		answer := ask(method, path, body)
		if operation, _ := answer["operation"].(string); operation != "" {
			answer = ask("GET", operation+"/wait?timeout=60", nil)
			if failed, _ := into(answer, "metadata", "err").(string); failed != "" {
				t.Fatal(method, path, failed)
			}
		}
		if answer["type"] == "error" {
			t.Fatal(method, path, answer["error"])
		}
		return answer
	}
	for project, own := range map[string]string{h.own: "true", h.shared: "false"} {
		must("POST", "/1.0/projects", m{"name": project, "description": h.word, "config": m{"features.images": own, "features.profiles": own, "features.storage.volumes": own, "features.networks": "false"}})
		t.Cleanup(func() {
			server.ask(t, h.admin, `mutation($p: String!) { deleteProject(name: $p, force: true, wait: 60) { deletedId } }`, m{"p": project})
			ask("DELETE", "/1.0/projects/"+project, nil)
		})
	}
	devices := into(must("GET", "/1.0/profiles/default", nil), "metadata", "devices").(m)
	h.network, _ = into(devices, "eth0", "network").(string)
	must("PUT", "/1.0/profiles/default?project="+h.own, m{"devices": devices})
	must("POST", "/1.0/profiles?project="+h.own, m{"name": h.word + "-profile", "devices": devices})
	volume := newName()
	must("POST", "/1.0/storage-pools/default/volumes", m{"name": volume, "type": "custom"})
	t.Cleanup(func() { ask("DELETE", "/1.0/storage-pools/default/volumes/custom/"+volume, nil) })
	image := into(must("GET", "/1.0/images/aliases/busybox", nil), "metadata", "target")
	source := m{"type": "image", "fingerprint": image, "project": "default"}
	shared, own := h.word+"-i2", h.word+"-i1"
	must("POST", "/1.0/instances?project="+h.mine, m{"name": "m1", "source": source, "config": m{"user.password": "geheim"}})
	must("POST", "/1.0/instances?project="+h.shared, m{"name": shared, "source": source, "devices": m{"v": m{"type": "disk", "pool": "default", "source": volume, "path": "/mnt"}}})
	nic := m{"type": "nic", "network": h.network, "name": "eth0", "hwaddr": h.hwaddr}
	must("POST", "/1.0/instances?project="+h.own, m{"name": own, "profiles": []string{"default"}, "devices": m{"eth0": nic, "v": m{"type": "none"}}, "source": m{"type": "copy", "source": shared, "project": h.shared}})
	for project, name := range map[string]string{h.own: own, h.shared: shared} {
		must("PUT", "/1.0/instances/"+name+"/state?project="+project, m{"action": "start"})
	}
	must("POST", "/1.0/instances/"+own+"/snapshots?project="+h.own, m{"name": h.word + "-snap"})
	must("POST", "/1.0/instances/"+own+"/backups?project="+h.own, m{"name": h.word + "-backup", "instance_only": true})
	must("POST", "/1.0/storage-pools/default/volumes?project="+h.own, m{"name": h.word + "-vol", "type": "custom"})
	must("POST", "/1.0/storage-pools/default/volumes/custom/"+h.word+"-vol/snapshots?project="+h.own, m{"name": h.word + "-vsnap"})
	must("POST", "/1.0/images?project="+h.own, m{"source": m{"type": "snapshot", "name": own + "/" + h.word + "-snap"}, "properties": m{"description": h.word}})
	h.fingerprint = strings.TrimPrefix(into(must("GET", "/1.0/images?project="+h.own, nil), "metadata", 0).(string), "/1.0/images/")
	h.fingerprint, _, _ = strings.Cut(h.fingerprint, "?")
	must("POST", "/1.0/images/aliases?project="+h.own, m{"name": h.word + "-alias", "target": h.fingerprint})
	// What leaves traces outside of the hidden projects: work in several of them, and copies out of them.
	copied := newName()
	t.Cleanup(func() {
		server.ask(t, h.admin, deleteForced, m{"name": copied})
	})
	server.must(t, h.admin, `mutation($n: String!, $p: String!, $c: String!, $d: DeviceMap) { copyInstance(name: $n, project: $p, input: {name: $c, project: "default", instanceOnly: true, devices: $d}, wait: 60) { operation { status } } }`,
		m{"n": own, "p": h.own, "c": copied, "d": m{"eth0": m{"type": "none"}}})
	server.must(t, h.admin, `mutation($w: String!) { bulkInstances(action: RESTART, where: {name: {contains: $w}}, allProjects: true, force: true, wait: 60) { operation { status } } }`, m{"w": h.word})
	return h
}

// caller is somebody with roles in single projects.
func (h *hiding) caller(t *testing.T, name string, roles map[string]string) string {
	t.Helper()
	token := h.account(t, h.admin, name, "")
	for project, role := range roles {
		h.grant(t, h.admin, name, project, role)
	}
	return token
}

var ofAnswer = regexp.MustCompile(`"requestId":\s*"[^"]*"|"milliseconds":\s*[0-9.e+-]+|"bytes":\s*[0-9]+`)

// same is an answer without what no two answers have in common, and with one
// word for what there is and what there is not.
func (h *hiding) same(text, word string) string {
	return ofAnswer.ReplaceAllString(strings.ReplaceAll(decoded(text), word, "…"), "")
}

// tells reports what of the hidden is in an answer; "" for nothing.
func (h *hiding) tells(text string) string {
	plain := decoded(text)
	for _, secret := range []string{h.word, h.hwaddr, h.fingerprint} {
		if at := strings.Index(plain, secret); at >= 0 {
			return plain[max(0, at-200):min(len(plain), at+100)]
		}
	}
	return ""
}

var opaque = regexp.MustCompile(`\bbHhkO[A-Za-z0-9_-]+`)

// decoded has behind each id what it stands for.
func decoded(text string) string {
	return opaque.ReplaceAllStringFunc(text, func(id string) string {
		plain, err := base64.RawURLEncoding.DecodeString(id)
		if err != nil {
			return id
		}
		return string(plain)
	})
}

// idOf is the id that an object would have.
func idOf(kind, project, name string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join([]string{"lxd", kind, url.PathEscape(project), url.PathEscape(name)}, ":")))
}

// get asks for a path, with its answer as text.
func (s *running) get(t *testing.T, token, path string) string {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Status + " " + string(text)
}

// quoted is a text as GraphQL writes it.
func quoted(text string) string {
	data, _ := json.Marshal(text) // texts always marshal
	return string(data)
}
