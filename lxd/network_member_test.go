package lxd

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// Where LXD answers at once that it has begun (6.x), a network of a cluster is
// defined on one member after the other, then made; one that fails is taken away.
func TestANetworkOfAClusterIsMadeOnAllOrNone(t *testing.T) {
	for _, story := range []struct {
		ends string // how the last operation ends
		want []string
	}{
		{`"status_code":200`, []string{"POST n1", "POST n2", "POST "}},
		{`"status_code":400,"err":"no such interface"`, []string{"POST n1", "POST n2", "POST ", "DELETE "}},
	} {
		var asked, bodies []string
		client := onSocket(t, func(w http.ResponseWriter, r *http.Request) {
			target := r.URL.Query().Get("target")
			switch {
			case r.URL.Path == "/1.0":
				io.WriteString(w, synced(`{"auth":"trusted","environment":{"server_clustered":true}}`))
			case r.URL.Path == "/1.0/cluster/members":
				io.WriteString(w, synced(`[{"server_name":"n2"},{"server_name":"n1"}]`))
			case strings.HasPrefix(r.URL.Path, "/1.0/operations/last"):
				io.WriteString(w, synced(`{"id":"last",`+story.ends+`}`))
			case strings.HasPrefix(r.URL.Path, "/1.0/operations/"):
				io.WriteString(w, synced(`{"id":"first","status_code":200}`))
			case r.Method == http.MethodGet:
				io.WriteString(w, `{"type":"error","error_code":404,"error":"Network not found"}`)
			default:
				body, _ := io.ReadAll(r.Body)
				asked, bodies = append(asked, r.Method+" "+target), append(bodies, string(body))
				id := "first"
				if target == "" {
					id = "last"
				}
				io.WriteString(w, `{"type":"async","metadata":{"id":"`+id+`","status_code":103}}`)
			}
		})
		macvlan := NetworkType("MACVLAN")
		input := &CreateNetworkInput{Name: "mv", Type: &macvlan, Config: StringMap{"parent": "eth0", "mtu": "1400"}, Members: []*NetworkMemberInput{{"n2", StringMap{"parent": "eth1"}}}}
		operation, err := client.CreateNetwork(t.Context(), System, nil, "default", input)
		if !slices.Equal(asked, story.want) || !strings.Contains(bodies[0], `"parent":"eth0"`) || !strings.Contains(bodies[1], `"parent":"eth1"`) || strings.Contains(bodies[2], "parent") || !strings.Contains(bodies[2], `"mtu":"1400"`) {
			t.Errorf("%v with %v", asked, bodies)
		}
		var failed *OperationError
		if errors.As(err, &failed) != (len(story.want) == 4) || (operation == nil) != (err != nil) {
			t.Errorf("%s: %v %v", story.ends, operation, err)
		}
	}
}
