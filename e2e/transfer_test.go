package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// slowly is a body of which a piece passes every half second.
func slowly(data []byte, begin <-chan struct{}) io.Reader {
	reader, writer := io.Pipe()
	go func() { // ends with the body, which is closed when its request ends
		<-begin
		defer writer.Close()
		for piece := range slices.Chunk(data, len(data)/6+1) {
			if _, err := writer.Write(piece); err != nil {
				return
			}
			time.Sleep(500 * time.Millisecond)
		}
	}()
	return reader
}

// hinted sends a request of which the operation's id comes ahead of the answer.
func (s *running) hinted(t *testing.T, token, method, path string, body io.Reader, length int) (id string, answered <-chan *reply) {
	t.Helper()
	ids, answers := make(chan string, 1), make(chan *reply, 1)
	trace := &httptrace.ClientTrace{Got1xxResponse: func(_ int, header textproto.MIMEHeader) error {
		ids <- header.Get("X-Operation-ID")
		return nil
	}}
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), method, s.url+"/api/v1"+path+"&hints=true", body)
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = int64(length)
	request.Header.Set("Authorization", "Bearer "+token)
	go func() {
		defer close(answers)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		var data bytes.Buffer
		for err == nil {
			_, err = io.CopyN(&data, response.Body, 4<<20)
			time.Sleep(400 * time.Millisecond)
		}
		if err != io.EOF {
			t.Error(err)
		}
		answers <- &reply{response.StatusCode, response.Header, response.Trailer, data.Bytes()}
	}()
	select {
	case id = <-ids:
	case <-time.After(20 * time.Second):
		t.Fatal("no operation is told ahead of the answer")
	}
	return id, answers
}

// followed are the stages of an operation, each with the bytes that it told, and
// the operation at its end.
func (s *socket) followed(id string) (stages []string, told map[string][]float64, last map[string]any) {
	s.t.Helper()
	s.subscribe(id, `subscription($id: ID!) { operationUpdated(id: $id) { id status description metadata progress { stage percent bytes totalBytes bytesPerSecond } } }`, map[string]any{"id": id})
	told = map[string][]float64{}
	for {
		got := s.receive()
		if got.Type == "complete" {
			return stages, told, last
		}
		var payload struct {
			Data struct{ OperationUpdated map[string]any }
		}
		if got.Type != "next" || json.Unmarshal(got.Payload, &payload) != nil || payload.Data.OperationUpdated == nil {
			s.t.Fatalf("%s %s", got.Type, got.Payload)
		}
		last = payload.Data.OperationUpdated
		stage, _ := into(last, "progress", "stage").(string)
		if stage != "" && (len(stages) == 0 || stages[len(stages)-1] != stage) {
			stages = append(stages, stage)
		}
		if passed, ok := into(last, "progress", "bytes").(float64); ok {
			told[stage] = append(told[stage], passed)
			total, percent := into(last, "progress", "totalBytes"), into(last, "progress", "percent")
			if total, ok := total.(float64); ok && (passed > total || percent != float64(int(passed*100/total))) {
				s.t.Errorf("%v of %v bytes are %v percent", passed, total, percent)
			}
		}
	}
}

// Who sends or takes bytes is told which operation that is, and whoever follows
// it sees them pass, stage by stage, to the sum of them at the end.
func TestBytesAreFollowedWhileTheyPass(t *testing.T) {
	server := onRealLXD(t)
	token := server.login(t)
	project, name := newProject(t, "true"), newName()
	outsider := server.account(t, token, "outsider", "")
	server.grant(t, token, "outsider", newProject(t, "true"), "OPERATOR")
	server.must(t, token, createBusybox, map[string]any{"name": name, "project": project, "wait": 60})
	source, _ := randomFile(t, 20<<20)
	content, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	if up := server.call(t, token, "PUT", "/instances/"+name+"/files/root/random?project="+project, content); up.status != 201 {
		t.Fatalf("%d %s", up.status, up.body)
	}
	grows := func(what string, told []float64, most int) {
		t.Helper()
		for n := range told {
			if n > 0 && told[n] < told[n-1] || told[n] > float64(most) {
				t.Errorf("%s: %v bytes of %d", what, told, most)
			}
		}
		if len(told) < 2 {
			t.Errorf("%s: it is told only %v", what, told)
		}
	}
	ends := func(what string, last map[string]any, data []byte) {
		t.Helper()
		sum := sha256.Sum256(data)
		if last["status"] != "SUCCESS" || into(last, "metadata", "sha256") != hex.EncodeToString(sum[:]) || into(last, "metadata", "bytes") != float64(len(data)) {
			t.Errorf("%s ends as %v", what, last)
		}
	}

	path := "/instances/" + name + "/export?compression=none&project=" + project
	id, exported := server.hinted(t, token, "GET", path, nil, 0)
	strange := server.connect(t, outsider)
	strange.subscribe("0", `subscription($id: ID!) { operationUpdated(id: $id) { status } }`, map[string]any{"id": id})
	if got := strange.receive(); !strings.Contains(string(got.Payload), "NOT_FOUND") {
		t.Errorf("somebody of another project is told %s %s", got.Type, got.Payload)
	}
	stages, told, last := server.connect(t, token).followed(id)
	archive := (<-exported).body
	if len(stages) != 2 || stages[0] != "backup" || stages[1] != "download" || last["description"] != "Exporting instance" {
		t.Errorf("an export is at %v: %v", stages, last)
	}
	grows("an export", told["download"], len(archive))
	ends("an export", last, archive)

	for what, length := range map[string]int{"an import": len(archive), "an import of unknown length": -1} {
		begin := make(chan struct{})
		id, imported := server.hinted(t, token, "POST", "/instances/import?name="+newName()+"&project="+project, slowly(archive, begin), length)
		following := server.connect(t, token)
		close(begin)
		stages, told, last := following.followed(id)
		if answer := <-imported; answer == nil || answer.status != 201 || answer.at("operation", "id") != id || answer.at("sha256") != into(last, "metadata", "sha256") {
			t.Errorf("%s is answered %v", what, answer)
		}
		if len(stages) < 2 || stages[0] != "upload" || stages[1] != "import" || last["description"] != "Importing instance" {
			t.Errorf("%s is at %v: %v", what, stages, last)
		}
		grows(what, told["upload"], len(archive))
		ends(what, last, archive)
	}
}
