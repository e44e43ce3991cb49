package relay

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// digestTrailer tells the SHA-256 of a body behind it (RFC 9530).
const digestTrailer = "Repr-Digest"

// fileHeaders are LXD's headers that a caller gets with a file.
var fileHeaders = []string{"X-LXD-type", "X-LXD-mode", "X-LXD-uid", "X-LXD-gid", "X-LXD-modified", "Last-Modified", "Content-Range", "Accept-Ranges", "Content-Length"}

// readFile answers with a file, what is in a directory, or a directory as tar.
func (s *Streams) readFile(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	name, file, err := ask.file(r)
	if err != nil {
		return err
	}
	summed, err := ask.flag("checksum", true)
	if err != nil {
		return err
	}
	switch ask.Get("archive") {
	case "":
	case "tar":
		return s.archiveDirectory(w, r, ask.project(), name, file)
	default:
		return &lxd.InputError{Argument: "archive", Message: "a directory comes as tar"}
	}
	response, err := s.LXD.ReadInstanceFile(r.Context(), scope(r), ask.project(), name, r.Method, file, r.Header)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.Header.Get("X-LXD-type") == "directory" && r.Method == http.MethodGet {
		return s.listDirectory(w, r, ask.project(), name, file)
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain(path.Base(file))+`"`)
	return passOn(r.Context(), s.callerOf(w, r), response, fileHeaders, newMeter(summed && whole(r, response), nil))
}

// whole reports whether an answer is a file from its beginning to its end.
func whole(r *http.Request, response *http.Response) bool {
	return r.Method == http.MethodGet && response.StatusCode == http.StatusOK
}

// passOn answers with what LXD answered. With a sum there is no length: HTTP/1.1
// has no trailers behind a body whose length it was told.
func passOn(ctx context.Context, to *caller, response *http.Response, headers []string, meter *meter) error {
	header := to.w.Header()
	for _, name := range headers {
		if value := response.Header.Get(name); value != "" {
			header.Set(name, value)
		}
	}
	header.Set("Content-Type", "application/octet-stream")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	if response.StatusCode > http.StatusPartialContent { // nothing, of which LXD 5.0.2 tells a length (seen)
		header.Set("Content-Length", "0")
		header.Del("Content-Disposition")
		to.w.WriteHeader(response.StatusCode)
		return nil
	}
	if meter.sum != nil {
		header.Set("X-File-Size", header.Get("Content-Length"))
		header.Del("Content-Length")
		header.Set("Trailer", digestTrailer)
	}
	to.w.WriteHeader(response.StatusCode)
	if to.r.Method == http.MethodHead {
		return nil
	}
	if err := to.send(ctx, response.Body, meter); err != nil {
		return err
	}
	if meter.sum != nil {
		header.Set(digestTrailer, meter.digest())
	}
	return nil
}

// shown is a file as JSON.
func shown(file *lxd.InstanceFile) map[string]any {
	told := map[string]any{
		"name": file.Name, "path": file.Path, "type": file.Type, "sizeBytes": file.SizeBytes, "mode": file.Mode,
		"uid": file.UID, "gid": file.GID, "modifiedAt": file.ModifiedAt.Format(time.RFC3339),
	}
	if file.Target != nil {
		told["target"] = *file.Target
	}
	return told
}

func (s *Streams) listDirectory(w http.ResponseWriter, r *http.Request, project, name, directory string) error {
	files, err := s.LXD.OpenFiles(r.Context(), scope(r), project, name)
	if err != nil {
		return err
	}
	defer files.Close()
	list, err := files.List(r.Context(), directory, true)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-LXD-type", "directory")
	return streamList(w, directory, list)
}

// streamList writes one file after the other.
func streamList(w io.Writer, directory string, list []*lxd.InstanceFile) error {
	head, err := json.Marshal(directory)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(`{"path":` + string(head) + `,"files":[`)); err != nil {
		return work.ErrGone
	}
	for n, file := range list {
		line, err := json.Marshal(shown(file))
		if err != nil {
			return err
		}
		if n > 0 {
			line = append([]byte{','}, line...)
		}
		if _, err := w.Write(line); err != nil {
			return work.ErrGone
		}
	}
	_, err = w.Write([]byte("]}\n"))
	return err
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, value any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(value)
}
