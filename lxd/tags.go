package lxd

import (
	"slices"
	"strings"
)

// Tags are the entries of the config key user.tags, each once, in which they
// are separated by commas.
func (m StringMap) Tags() []string { return tagsIn(m["user.tags"]) }

func tagsIn(text string) []string {
	tags := []string{}
	for tag := range strings.SplitSeq(text, ",") {
		if tag = strings.TrimSpace(tag); tag != "" && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// Tags are the entries of the config key user.tags.
func (p *Profile) Tags() []string { return p.Config.Tags() }

// Tags are the entries of the config key user.tags.
func (p *Project) Tags() []string { return p.Config.Tags() }
