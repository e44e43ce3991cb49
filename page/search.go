package page

import (
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// How well a text answers a search; the name counts double.
const (
	scoreEqual    = 100
	scorePrefix   = 60
	scoreWord     = 40
	scoreContains = 20
)

// Score is how well an object answers a search, 0 for not at all. Upper and
// lower case are alike. The configuration's user.* is looked through too, as
// far as the caller may see it.
func (k Kind[T]) Score(item T, search string, as lxd.Scope) int {
	wanted := strings.ToLower(strings.TrimSpace(search))
	if wanted == "" {
		return 1
	}
	best := 0
	for n, text := range k.texts(item, as) {
		score := scoreOf(strings.ToLower(text), wanted)
		if n == 0 {
			score *= 2
		}
		best = max(best, score)
	}
	return best
}

func (k Kind[T]) texts(item T, as lxd.Scope) []string {
	texts := k.Texts(item)
	if k.Config == nil {
		return texts
	}
	for key, value := range k.Config(item, as) {
		if strings.HasPrefix(key, "user.") {
			texts = append(texts, value)
		}
	}
	return texts
}

func scoreOf(text, wanted string) int {
	at := strings.Index(text, wanted)
	switch {
	case at < 0:
		return 0
	case text == wanted:
		return scoreEqual
	case at == 0:
		return scorePrefix
	case !isLetter(text[at-1]):
		return scoreWord
	}
	return scoreContains
}

func isLetter(char byte) bool {
	return char >= 'a' && char <= 'z' || char >= '0' && char <= '9' || char >= 0x80
}
