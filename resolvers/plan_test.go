package resolvers

import (
	"testing"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/page"
)

// What a list is read with, and what its page is read with after that.
func TestThePlanReadsNoMoreThanItMust(t *testing.T) {
	type where = map[string]any
	search, address := "web", "10.1.2"
	const names, object, full = lxd.DetailNames, lxd.DetailObject, lxd.DetailFull
	for _, story := range []struct {
		what       string
		args       page.Args
		filter     string
		show, list lxd.InstanceDetail
	}{
		{"names", page.Args{}, "", names, names},
		{"objects", page.Args{}, "", object, object},
		{"the state of a page, in the order of names", page.Args{}, "", full, names},
		{"the state of a page, in another order", page.Args{OrderBy: &page.OrderBy{Field: "CREATED_AT"}}, "", full, object},
		{"names, in another order", page.Args{OrderBy: &page.OrderBy{Field: "STATUS"}}, "", names, object},
		{"names, by name", page.Args{OrderBy: &page.OrderBy{Field: "NAME"}, Where: where{"name": where{}}}, "", names, names},
		{"names, chosen by status", page.Args{Where: where{"status": where{}}}, "", names, object},
		{"names, chosen by configuration", page.Args{Where: where{"config": []where{}}}, "", names, object},
		{"names, chosen by the state", page.Args{Where: where{"state": where{}}}, "", names, full},
		{"names, not chosen by an address", page.Args{Where: where{"not": where{"address": where{}}}}, "", names, full},
		{"names, chosen by one of two", page.Args{Where: where{"or": []where{{"name": where{}}, {"state": where{}}}}}, "", names, full},
		{"names, ordered by memory", page.Args{OrderBy: &page.OrderBy{Field: "MEMORY_USAGE_BYTES"}}, "", names, full},
		{"names, searched", page.Args{Search: &search}, "", names, object},
		{"names, searched for an address", page.Args{Search: &address}, "", names, full},
		{"names, filtered by LXD", page.Args{}, "name eq x", names, object},
		{"the state, filtered by LXD", page.Args{}, "name eq x", full, object},
	} {
		how := plan{choosing(story.args, story.filter), story.show}
		if got := how.list(); got != story.list {
			t.Errorf("%s: the list is read with recursion %s, want %s", story.what, got, story.list)
		}
	}
}

// The state of a small part of a list comes one by one.
func TestThePageIsReadOneByOneWhereItIsSmall(t *testing.T) {
	for _, story := range []struct {
		total, shown int
		whole        bool
	}{{1, 1, true}, {10, 10, true}, {100, 100, true}, {100, 51, true}, {100, 50, false}, {500, 20, false}, {500, 100, false}, {150, 100, true}} {
		if got := whole(story.total, story.shown); got != story.whole {
			t.Errorf("%d of %d: the whole list %v", story.shown, story.total, got)
		}
	}
}
