package e2e

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// door is a socket in front of LXD's that can be shut: who speaks through it
// hears LXD no more, and LXD goes on.
type door struct {
	t        *testing.T
	socket   string
	lxd      string
	mutex    sync.Mutex
	listener net.Listener
	open     []net.Conn
}

func doorOf(t *testing.T, lxd string) *door {
	t.Helper()
	directory, err := os.MkdirTemp("", "door")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, socket: filepath.Join(directory, "s"), lxd: lxd}
	d.unlock()
	t.Cleanup(func() { d.shut(); os.RemoveAll(directory) })
	return d
}

func (d *door) unlock() {
	listener, err := net.Listen("unix", d.socket)
	if err != nil {
		d.t.Fatal(err)
	}
	d.listener = listener
	go func() { // ends with the listener
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("unix", d.lxd)
			if err != nil {
				in.Close()
				continue
			}
			d.mutex.Lock()
			d.open = append(d.open, in, out)
			d.mutex.Unlock()
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
}

func (d *door) shut() {
	d.listener.Close()
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, connection := range d.open {
		connection.Close()
	}
	d.open = nil
}

// What became of volumes, networks, images, projects and profiles while lxdql
// could not hear LXD is told when it can again.
func TestWhatWasMissedOfEveryKindIsReconciled(t *testing.T) {
	type m = map[string]any
	_, path := ownDaemon(t)
	door := doorOf(t, path)
	server := start(t, "LXD_SOCKET_PATH="+door.socket)
	token := server.login(t)
	ask := lxdOn(t, path)
	change := func(method, at string, body any) {
		t.Helper()
		if answer := ask(method, "/1.0/"+at, body); answer["type"] == "error" {
			t.Fatal(at, answer)
		}
	}
	change("POST", "profiles", m{"name": "f"})
	change("POST", "projects", m{"name": "p"})
	change("POST", "networks", m{"name": "net0", "type": "bridge", "config": m{"ipv4.address": "none", "ipv6.address": "none"}})
	change("POST", "storage-pools/default/volumes/custom", m{"name": "v"})
	image := ask("GET", "/1.0/images", nil)["metadata"].([]any)[0].(string)
	server.inStep(t, token)
	names := map[string]string{"profileChanged": "f", "projectChanged": "p", "networkChanged": "net0", "storageVolumeChanged": "v", "imageChanged": ""}
	watching := map[string]*socket{} // each by one who follows nothing else
	for field := range names {
		one := server.connect(t, token)
		one.subscribe("s", `subscription { `+field+` { kind name } }`, nil)
		watching[field] = one
	}
	server.must(t, token, `{ server { version } }`, nil)
	door.shut()
	change("PATCH", "profiles/f", m{"description": "meanwhile"})
	change("PATCH", "projects/p", m{"description": "meanwhile"})
	change("PATCH", "networks/net0", m{"description": "meanwhile"})
	change("PATCH", "storage-pools/default/volumes/custom/v", m{"description": "meanwhile"})
	change("PATCH", image[len("/1.0/"):], m{"public": true})
	door.unlock()
	for field, one := range watching {
		until(t, one, "s", field, "RECONCILED", names[field])
	}
}
