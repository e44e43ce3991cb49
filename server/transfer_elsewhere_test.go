package server

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lxdql/lxdql/auth"
)

// What one server carries runs to the others too, though nothing passes for a while.
func TestATransferThatStandsStillRunsElsewhere(t *testing.T) {
	here, there := pair(t, func(config *Config) { config.StreamIdle = 60 })
	token := here.user("administrator", role(auth.RoleAdmin))
	body, send := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, here.url+"/api/v1/images/import", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	ended := make(chan error, 1)
	go func() {
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
		}
		ended <- err
	}()
	defer func() {
		send.CloseWithError(io.ErrUnexpectedEOF)
		<-ended
	}()
	send.Write(make([]byte, 1000))
	time.Sleep(12 * time.Second) // longer than what is settled
	for name, server := range map[string]*running{"here": here, "there": there} {
		if got := server.ask(token, `{ operations { nodes { description status error } } }`); !strings.Contains(got.text, `"status":"RUNNING","error":null`) {
			t.Errorf("%s: %s", name, got.text)
		}
	}
}
