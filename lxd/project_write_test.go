package lxd

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// What uses others goes first, the profile default goes with the project, and
// names that 5.0.2 escapes twice are found.
func TestAProjectIsEmptiedInOrder(t *testing.T) {
	var deleted []string
	client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodDelete && strings.Contains(r.RequestURI, "%25"):
			io.WriteString(w, `{"type":"error","error_code":404,"error":"Profile not found"}`)
		case r.Method == http.MethodDelete:
			deleted = append(deleted, r.RequestURI)
			io.WriteString(w, `{"type":"sync","metadata":{}}`)
		case r.URL.Path == "/1.0":
			io.WriteString(w, `{"type":"sync","metadata":{"api_extensions":["projects_force_delete"]}}`)
		case r.URL.Path == "/1.0/instances":
			io.WriteString(w, `{"type":"sync","metadata":[{"name":"c1","project":"p"}]}`)
		default:
			io.WriteString(w, `{"type":"sync","metadata":{"name":"p","used_by":["/1.0/network-acls/a?project=p","/1.0/networks/n?project=p","/1.0/images/ab?project=p",
				"/1.0/profiles/a%2520b?project=p","/1.0/profiles/default?project=p","/1.0/new-things/x?project=p","/1.0/instances/c1?project=p"]}}`)
		}
	})
	contents, err := client.ProjectContents(t.Context(), System, "p")
	if err != nil || len(contents) != 6 || contents[0].Instance != "c1" {
		t.Fatalf("%v, %v", contents, err)
	}
	for _, content := range contents {
		if _, err := client.DeleteProjectContent(t.Context(), System, "p", content); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"/1.0/instances/c1", "/1.0/profiles/a%20b", "/1.0/images/ab", "/1.0/new-things/x", "/1.0/networks/n", "/1.0/network-acls/a"}
	for n := range want {
		want[n] += "?project=p"
	}
	if !reflect.DeepEqual(deleted, want) {
		t.Errorf("deleted %v, want %v", deleted, want)
	}
	var forbidden *ForbiddenError
	if _, err := client.DeleteProjectContent(t.Context(), operator{}, "p", contents[0]); !errors.As(err, &forbidden) {
		t.Errorf("by an operator: %v", err)
	}
	if able, err := client.DeletesProjectsWhole(t.Context()); !able || err != nil {
		t.Errorf("LXD itself can: %v, %v", able, err)
	}
	deleted = nil
	if _, err := client.DeleteProjectWhole(t.Context(), System, "p"); err != nil || !reflect.DeepEqual(deleted, []string{"/1.0/projects/p?force=1"}) {
		t.Errorf("%v, %v", deleted, err)
	}
}

// Projects are the server's: who administers only one changes none.
func TestProjectsAreTheServers(t *testing.T) {
	client := onSocket(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s %s", r.Method, r.RequestURI) })
	text := "x"
	_, create := client.CreateProject(t.Context(), operator{}, &CreateProjectInput{Name: "q"}, nil)
	_, update := client.UpdateProject(t.Context(), operator{}, "p", nil, &UpdateProjectInput{Description: &text})
	_, rename := client.RenameProject(t.Context(), operator{}, "p", "q", nil)
	_, remove := client.DeleteProject(t.Context(), operator{}, "p")
	_, contents := client.ProjectContents(t.Context(), operator{}, "p")
	for name, err := range map[string]error{"create": create, "update": update, "rename": rename, "delete": remove, "contents": contents} {
		var forbidden *ForbiddenError
		if !errors.As(err, &forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
