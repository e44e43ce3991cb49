package page

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// The best come first, equal ones by kind, project and name, and pages follow
// each other.
func TestASearchOverKinds(t *testing.T) {
	instances := []*lxd.Instance{
		{Project: "b", Name: "web"}, {Project: "a", Name: "web"}, {Project: "a", Name: "web1"},
		{Project: "a", Name: "db", Description: "behind web"}, {Project: "a", Name: "cobweb"}, {Project: "a", Name: "mail"},
	}
	profiles := []*lxd.Profile{{Project: "a", Name: "web"}, {Project: "a", Name: "none", Config: lxd.StringMap{"user.web": "x"}}}
	hits := append(Hits(Profiles, "PROFILE", profiles, "WEB", lxd.System), Hits(Instances, "INSTANCE", instances, "WEB", lxd.System)...)
	hits = append(hits, Hits(StoragePools, "STORAGE_POOL", []*lxd.StoragePool{{Name: "a-web"}}, "WEB", lxd.System)...) // whose key is shorter
	want := []string{"a/web", "b/web", "profile web", "a/web1", "pool a-web", "a/cobweb", "a/db"}
	var got []string
	first, after := 2, (*string)(nil)
	for {
		found, err := Best(hits, "WEB", Args{First: &first, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range found.Nodes() {
			switch node := node.(type) {
			case *lxd.Instance:
				got = append(got, node.Project+"/"+node.Name)
			case *lxd.StoragePool:
				got = append(got, "pool "+node.Name)
			case *lxd.Profile:
				got = append(got, "profile "+node.Name)
			}
		}
		if after = found.PageInfo.EndCursor; !found.PageInfo.HasNextPage {
			break
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for n := range want {
		if got[n] != want[n] {
			t.Fatalf("%v, want %v", got, want)
		}
	}
	if _, err := Best(hits, "mail", Args{After: after}); err == nil {
		t.Error("a cursor of another search is taken")
	}
}
