package lxdsim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxBody is more than any request that LXD's JSON endpoints take.
const maxBody = 4 << 20

// request is a request whose query is understood and whose body has been read.
type request struct {
	http        *http.Request
	query       url.Values
	project     string
	allProjects bool
	recursion   int
	body        []byte
}

func readRequest(w http.ResponseWriter, r *http.Request) (*request, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, failure(http.StatusBadRequest, "%s", err)
	}
	query := r.URL.Query()
	read := &request{http: r, query: query, project: query.Get("project"), body: body}
	if read.project == "" {
		read.project = "default"
	}
	read.allProjects = isTrue(query.Get("all-projects"))
	// LXD takes whatever is no number as 0.
	read.recursion, _ = strconv.Atoi(query.Get("recursion"))
	return read, nil
}

// oneProject refuses a list that names a project and asks for all.
func (r *request) oneProject() error {
	if r.allProjects && r.query.Get("project") != "" {
		return failure(http.StatusBadRequest, "Cannot specify a project when requesting all projects")
	}
	return nil
}

func (r *request) decode(into any) error {
	if err := json.Unmarshal(r.body, into); err != nil {
		return failure(http.StatusBadRequest, "%s", decodeMessage(r.body, err))
	}
	return nil
}

// decodeMessage is the text of a streaming decoder, which LXD uses.
func decodeMessage(body []byte, err error) string {
	if len(strings.TrimSpace(string(body))) == 0 {
		return "EOF"
	}
	return err.Error()
}

// matches compares the If-Match header with the content of an object.
func (r *request) matches(etag string) error {
	sent := strings.Trim(r.http.Header.Get("If-Match"), `"`)
	if sent != "" && sent != etag {
		return failure(http.StatusPreconditionFailed, "ETag doesn't match: %s vs %s", etag, sent)
	}
	return nil
}

func (r *request) name() string { return r.http.PathValue("name") }

func isTrue(text string) bool {
	switch strings.ToLower(text) {
	case "true", "1", "yes", "on":
		return true
	}
	return false
}

// objectURL is the path of an object, with its project unless that is default.
func objectURL(project string, path ...string) string {
	for i, part := range path {
		path[i] = url.PathEscape(part)
	}
	joined := "/1.0/" + strings.Join(path, "/")
	if project != "default" && project != "" {
		joined += "?project=" + url.QueryEscape(project)
	}
	return joined
}
