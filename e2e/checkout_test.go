package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Somebody without an LXD runs `make run` in a checkout under /root, which
// nobody else may enter, and a container starts all the same. `make stop` ends
// what was started.
func TestACheckoutOfItsOwn(t *testing.T) {
	realSocket(t)
	if socket, err := exec.Command("../scripts/lxd.sh", "find").Output(); err == nil {
		t.Skipf("this machine has an LXD at %s, which make run would use", strings.TrimSpace(string(socket)))
	}
	checkout := closedCheckout(t)
	server := launch(t, exec.Command(filepath.Join(checkout, "scripts/run.sh")), checkout)
	password, err := os.ReadFile(filepath.Join(checkout, ".run/admin-password"))
	if err != nil {
		t.Fatal(err)
	}
	server.password = string(password)
	token := server.login(t)
	server.must(t, token, createBusybox, map[string]any{"name": "first", "wait": 60})
	started := server.must(t, token, `mutation { startInstance(name: "first", wait: 60) { instance { status } } }`, nil)
	if status := started.at("startInstance", "instance", "status"); status != "RUNNING" {
		t.Errorf("it is %v", status)
	}
	stop := exec.Command(filepath.Join(checkout, "scripts/stop.sh"))
	if said, err := stop.CombinedOutput(); err != nil || !strings.Contains(string(said), "ended lxdql") {
		t.Errorf("make stop: %v\n%s", err, said)
	}
	if status, err := exec.Command(filepath.Join(checkout, "scripts/lxd.sh"), "status", filepath.Join(checkout, ".run/lxd")).Output(); err == nil {
		t.Errorf("its LXD is there still: %s", status)
	}
}

// closedCheckout is the scripts and the built server in a directory that root
// alone may enter.
func closedCheckout(t *testing.T) string {
	t.Helper()
	closed, err := os.MkdirTemp("", "closed")
	if err != nil {
		t.Fatal(err)
	}
	checkout := filepath.Join(closed, "lxdql")
	t.Cleanup(func() {
		script(t, "remove", filepath.Join(checkout, ".run/lxd"))
		os.RemoveAll(closed)
	})
	if err := os.CopyFS(filepath.Join(checkout, "scripts"), os.DirFS("../scripts")); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(checkout, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(checkout, "bin/lxdql"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	return checkout
}
