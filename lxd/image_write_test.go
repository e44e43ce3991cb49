package lxd

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

const (
	oneFingerprint = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	newFingerprint = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// gallery is a project with an image, an instance that reaches the host, and
// one that does not. What is sent is noted down.
func gallery(t *testing.T, extensions string, sent *[]string) *Client {
	t.Helper()
	answers := map[string]string{
		"/1.0":                             `{"api_extensions":[` + extensions + `],"environment":{"addresses":["127.0.0.1:8443"],"certificate":"PEM"}}`,
		"/1.0/projects/p":                  `{"name":"p","config":{"features.profiles":"true","features.images":"true"}}`,
		"/1.0/projects/q":                  `{"name":"q","config":{"features.profiles":"true","features.images":"true"}}`,
		"/1.0/profiles":                    `[{"name":"default"},{"name":"host","config":{"security.privileged":"true"}}]`,
		"/1.0/images/" + oneFingerprint:    `{"fingerprint":"` + oneFingerprint + `","properties":{"os":"x"},"profiles":["default"]}`,
		"/1.0/images/aliases/one":          `{"name":"one","target":"` + oneFingerprint + `"}`,
		"/1.0/instances/safe":              `{"name":"safe","project":"p","status":"Stopped","expanded_config":{"volatile.idmap.base":"0","image.os":"x"}}`,
		"/1.0/instances/reaches":           `{"name":"reaches","project":"p","status":"Stopped","expanded_config":{"raw.lxc":"x"}}`,
		"/1.0/instances/reaches/snapshots": `[{"name":"s0","expanded_devices":{"d":{"type":"gpu"}}}]`,
	}
	return onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			body, _ := io.ReadAll(r.Body)
			*sent = append(*sent, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery+" "+string(body))
			if strings.HasSuffix(r.URL.Path, "/secret") {
				io.WriteString(w, `{"type":"async","metadata":{"id":"6a0c64ac-0000-4000-8000-000000000000","class":"token","metadata":{"secret":"open sesame"}}}`)
				return
			}
			io.WriteString(w, `{"type":"async","metadata":{"id":"6a0c64ac-0000-4000-8000-000000000001","class":"task"}}`)
			return
		}
		answer, ok := answers[r.URL.Path]
		if ok && strings.HasPrefix(r.URL.Path, "/1.0/images/") && r.URL.Query().Get("project") != "p" {
			ok = false
		}
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"type":"error","error_code":404,"error":"not found"}`)
			return
		}
		io.WriteString(w, `{"type":"sync","metadata":`+answer+`}`)
	})
}

// Who administers only a project names no address, and no image of his brings
// profiles that reach the host.
func TestImagesReachNoHostByAnAdministratorOfAProject(t *testing.T) {
	var sent []string
	client := gallery(t, `"image_copy_profile"`, &sent)
	mine, project, text, url := operator{}, "p", "x", "https://127.0.0.1:1"
	copying := func(source ImageSource, profiles ...string) error {
		_, err := client.CopyImage(t.Context(), mine, &CopyImageInput{Project: &project, Source: &source, Profiles: profiles})
		return err
	}
	publishing := func(name string, snapshot *string) error {
		_, err := client.PublishImage(t.Context(), mine, &PublishImageInput{Instance: name, Project: &project, Snapshot: snapshot})
		return err
	}
	snapshot := "s0"
	_, updating := client.UpdateImage(t.Context(), mine, project, oneFingerprint, nil, &UpdateImageInput{Profiles: []string{"host"}})
	_, pushing := client.PushImage(t.Context(), mine, project, oneFingerprint, &PushImageInput{Server: url, Secret: text})
	for name, one := range map[string]struct {
		err      error
		argument string
	}{
		"a server":              {copying(ImageSource{Server: &url, Alias: &text}), "input.source.server"},
		"a url":                 {copying(ImageSource{URL: &url}), "input.source.url"},
		"profiles of a copy":    {copying(ImageSource{Server: &url, Alias: &text, Known: true}, "host"), "input.profiles"},
		"profiles of an image":  {updating, "input.profiles"},
		"a push":                {pushing, "input.server"},
		"an instance with raw":  {publishing("reaches", nil), "input.instance"},
		"a snapshot with a gpu": {publishing("reaches", &snapshot), "input.instance"},
	} {
		var forbidden *ForbiddenError
		if !errors.As(one.err, &forbidden) || forbidden.Argument != one.argument {
			t.Errorf("%s: %v", name, one.err)
		}
	}
	if len(sent) != 0 {
		t.Fatalf("sent: %v", sent)
	}
	if err := errors.Join(copying(ImageSource{Server: &url, Alias: &text, Known: true}, "default"), publishing("safe", nil)); err != nil || len(sent) != 2 {
		t.Errorf("what reaches no host: %v, %v", err, sent)
	}
}

// What is sent has LXD's form.
func TestImagesAreCopiedInLXDsForm(t *testing.T) {
	var sent []string
	client := gallery(t, ``, &sent)
	p, q, text, url := "p", "q", "x", "https://127.0.0.1:1"
	lxd, vm, fingerprint := ProtocolLXD, TypeVirtualMachine, newFingerprint
	for name, one := range map[string]struct {
		input  CopyImageInput
		source map[string]any
	}{
		"image server": {CopyImageInput{Project: &p, Source: &ImageSource{Server: &url, Alias: &text, Type: &vm}},
			map[string]any{"type": "image", "mode": "pull", "server": url, "protocol": "simplestreams", "alias": text, "image_type": "virtual-machine"}},
		"LXD": {CopyImageInput{Project: &p, Source: &ImageSource{Server: &url, Protocol: &lxd, Fingerprint: &fingerprint, Secret: &text, Certificate: &text, Project: &text}},
			map[string]any{"type": "image", "mode": "pull", "server": url, "protocol": "lxd", "fingerprint": fingerprint, "secret": text, "certificate": text, "project": text}},
		"web server": {CopyImageInput{Project: &p, Source: &ImageSource{URL: &url}}, map[string]any{"type": "url", "url": url}},
	} {
		sent = nil
		if _, err := client.CopyImage(t.Context(), System, &one.input); err != nil || len(sent) != 1 {
			t.Fatalf("%s: %v, %v", name, err, sent)
		}
		wantSource(t, sent[0], "POST /1.0/images?project=p ", one.source)
	}
	sent = nil
	operation, err := client.CopyImage(t.Context(), System, &CopyImageInput{Project: &q, Source: &ImageSource{Alias: &[]string{"one"}[0], Project: &p}})
	if err != nil || len(sent) != 2 || strings.Contains(string(operation.Metadata()), "sesame") {
		t.Fatalf("%v, %v", err, sent)
	}
	wantSource(t, sent[1], "POST /1.0/images?project=q ", map[string]any{"type": "image", "mode": "pull", "server": "https://127.0.0.1:8443", "protocol": "lxd",
		"certificate": "PEM", "project": "p", "fingerprint": oneFingerprint, "secret": "open sesame"})
	var missing *ExtensionError
	if _, err := client.CopyImage(t.Context(), System, &CopyImageInput{Project: &p, Source: &ImageSource{URL: &url}, Profiles: []string{"default"}}); !errors.As(err, &missing) {
		t.Errorf("profiles without the extension: %v", err)
	}
}

func wantSource(t *testing.T, sent, head string, source map[string]any) {
	t.Helper()
	text, ok := strings.CutPrefix(sent, head)
	var body struct{ Source map[string]any }
	if err := json.Unmarshal([]byte(text), &body); !ok || err != nil || !reflect.DeepEqual(body.Source, source) {
		t.Errorf("sent %s, want %v", sent, source)
	}
}
