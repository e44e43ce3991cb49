package resolvers

import (
	"path/filepath"
	"testing"

	"github.com/lxdql/lxdql/auth"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/lxd/lxdsim"
)

// Ids can be written by hand. Who may see one project only does not come to
// default's objects by an id of it under that project, which LXD shows there.
func TestAnIDIsOfItsOwnProject(t *testing.T) {
	simulated := lxdsim.New(lxdsim.Options{Instances: 4, Projects: 2, Seed: 1})
	t.Cleanup(simulated.Close)
	path := filepath.Join(t.TempDir(), "s")
	if _, err := simulated.Serve(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	client, err := lxd.New(t.Context(), lxd.Config{SocketPath: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	projects, err := client.Projects(t.Context(), lxd.System)
	if err != nil {
		t.Fatal(err)
	}
	shared := projects[1]
	if shared.Name == "default" {
		shared = projects[0]
	}
	images, err := client.Images(t.Context(), lxd.System, "default")
	if err != nil || shared.Effective(lxd.FeatureImages) != "default" {
		t.Fatalf("%s has images of its own: %v", shared.Name, err)
	}
	resolver := &Resolver{LXD: client}
	admin, viewer := auth.RoleAdmin, auth.RoleViewer
	for _, caller := range []*auth.Identity{{User: &auth.User{Role: &admin}}, {User: &auth.User{}, Grants: map[string]auth.Role{shared.Name: viewer}}} {
		ctx := auth.With(t.Context(), caller)
		for kind, name := range map[string]string{"Profile": "default", "Image": images[0].Fingerprint, "StorageVolume": "default/custom/v"} {
			for project, seen := range map[string]bool{shared.Name: false, "default": caller.IsAdmin() && kind != "StorageVolume", "nope": false} {
				id := lxd.ID{Server: client.Name(), Kind: kind, Project: project, Name: name}
				node, err := resolver.node(resolver.WithLoaders(ctx), id.String())
				if err != nil || (node != nil) != seen {
					t.Errorf("%s of %s, for an administrator %v: %+v, %v", kind, project, caller.IsAdmin(), node, err)
				}
			}
		}
	}
}
