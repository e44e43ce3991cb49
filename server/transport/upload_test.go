package transport

import (
	"bytes"
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// One file may stand at several places, and each is read on its own. Nothing has
// a name while it is kept.
func TestFilesStandWhereMapSays(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out bytes.Buffer
	writer := multipart.NewWriter(&out)
	for _, part := range [][2]string{
		{"operations", `{"query": "{ a }", "variables": {"one": null, "list": [null, {"two": null}], "text": "x"}}`},
		{"map", `{"a": ["variables.one", "variables.list.1.two"], "b": ["variables.list.0"]}`},
		{"a", "first"}, {"b", "second"},
	} {
		into, _ := writer.CreateFormFile(part[0], part[0]+".txt")
		io.WriteString(into, part[1])
	}
	writer.Close()
	uploads := &Uploads{MaxBytes: 11}
	params, err := uploads.form(t.Context(), multipart.NewReader(&out, writer.Boundary()), 1000)
	if err != nil {
		t.Fatal(err)
	}
	list := params.Variables["list"].([]any)
	for _, want := range []struct {
		file any
		name string
		text string
	}{{params.Variables["one"], "a.txt", "first"}, {list[0], "b.txt", "second"}, {list[1].(map[string]any)["two"], "a.txt", "first"}} {
		file := want.file.(graphql.Upload)
		text, err := io.ReadAll(file.File)
		if err != nil || string(text) != want.text || file.Filename != want.name || file.Size != int64(len(want.text)) {
			t.Errorf("want %q, got %q %+v %v", want.text, text, file, err)
		}
	}
	if params.Variables["text"] != "x" || !strings.Contains(params.Query, "a") {
		t.Errorf("%+v", params)
	}
}
