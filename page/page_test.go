package page

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

func ptr[T any](value T) *T { return &value }

func instances(names ...string) []*lxd.Instance {
	list := make([]*lxd.Instance, len(names))
	for n, name := range names {
		list[n] = &lxd.Instance{Name: name, Project: "default"}
	}
	return list
}

func TestArgumentsThatContradict(t *testing.T) {
	other, err := Instances.List(instances("a"), Args{OrderBy: &OrderBy{Field: "NAME"}})
	if err != nil {
		t.Fatal(err)
	}
	for argument, args := range map[string]Args{
		"first":  {First: ptr(-1)},
		"last":   {Last: ptr(101)},
		"after":  {After: ptr("nonsense")},
		"before": {Before: other.PageInfo.EndCursor},
	} {
		_, err := Instances.List(instances("a", "b"), args)
		var wrong *ArgumentError
		if !errors.As(err, &wrong) || wrong.Argument != argument {
			t.Errorf("%s: %v", argument, err)
		}
	}
	if _, err := Instances.List(nil, Args{First: ptr(1), Last: ptr(1)}); err == nil {
		t.Error("first and last together")
	}
}

func TestPages(t *testing.T) {
	all := instances("d", "b", "a", "c", "e")
	first, err := Instances.List(all, Args{First: ptr(2)})
	if err != nil || names(first) != "ab" || !first.PageInfo.HasNextPage || first.PageInfo.HasPreviousPage || first.TotalCount != 5 {
		t.Fatalf("%s %+v %v", names(first), first.PageInfo, err)
	}
	second, err := Instances.List(all, Args{First: ptr(2), After: first.PageInfo.EndCursor})
	if err != nil || names(second) != "cd" || !second.PageInfo.HasPreviousPage {
		t.Fatalf("%s %v", names(second), err)
	}
	back, err := Instances.List(all, Args{Last: ptr(1), Before: second.PageInfo.StartCursor})
	if err != nil || names(back) != "b" || !back.PageInfo.HasNextPage || !back.PageInfo.HasPreviousPage {
		t.Fatalf("%s %v", names(back), err)
	}
	none, err := Instances.List(all, Args{First: ptr(0)})
	if err != nil || len(none.Edges) != 0 || none.PageInfo.EndCursor != nil || !none.PageInfo.HasNextPage || none.TotalCount != 5 {
		t.Fatalf("%+v %v", none, err)
	}
	down, err := Instances.List(all, Args{OrderBy: &OrderBy{Field: "NAME", Direction: ptr(Descending)}})
	if err != nil || names(down) != "edcba" {
		t.Fatalf("%s %v", names(down), err)
	}
}

func names(page *InstanceConnection) string {
	text := ""
	for _, instance := range page.Nodes() {
		text += instance.Name
	}
	return text
}

// Whatever is made and deleted during a walk: nothing comes twice, and nothing
// that was there all the time is missing.
func TestAWalkSurvivesChanges(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		order := &OrderBy{Field: "NAME", Direction: ptr([]Direction{Ascending, Descending}[seed%2])}
		var stable, changing []string
		for n := range 60 {
			stable = append(stable, fmt.Sprintf("s%03d", n*7))
			changing = append(changing, fmt.Sprintf("s%03d", n*7+1+random.IntN(5)))
		}
		seen, after := []string{}, (*string)(nil)
		for {
			list := slices.Clone(stable)
			for _, name := range changing {
				if random.IntN(2) == 0 {
					list = append(list, name)
				}
			}
			page, err := Instances.List(instances(list...), Args{First: ptr(7), After: after, OrderBy: order})
			if err != nil {
				t.Fatal(err)
			}
			for _, instance := range page.Nodes() {
				seen = append(seen, instance.Name)
			}
			if !page.PageInfo.HasNextPage {
				break
			}
			after = page.PageInfo.EndCursor
		}
		for _, name := range stable {
			if !slices.Contains(seen, name) {
				t.Fatalf("seed %d: %s is missing", seed, name)
			}
		}
		slices.Sort(seen)
		if len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Fatalf("seed %d: something comes twice: %v", seed, seen)
		}
	}
}

// A cursor of a list of another kind is refused, and cuts no page anywhere.
func TestCursorsOfAnotherList(t *testing.T) {
	pools, err := StoragePools.List([]*lxd.StoragePool{{Name: "a"}, {Name: "b"}}, Args{First: ptr(1)})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []Args{{After: pools.PageInfo.EndCursor}, {Before: pools.PageInfo.EndCursor}} {
		var refused *ArgumentError
		if page, err := StorageVolumes.List([]*lxd.StorageVolume{{Name: "v"}}, args); !errors.As(err, &refused) {
			t.Errorf("%+v, %v", page, err)
		}
	}
}
