package page

import (
	"strings"

	"github.com/lxdql/lxdql/lxd"
)

// Matches reports whether an object meets a condition as GraphQL has it: an
// object of conditions by field that all have to hold, with and, or and not. A
// key of the configuration that is hidden from the caller never matches, or
// else its value could be guessed letter by letter.
func (k Kind[T]) Matches(item T, where map[string]any, as lxd.Scope) bool {
	return k.matches(item, where, "", as)
}

func (k Kind[T]) matches(item T, where map[string]any, at string, as lxd.Scope) bool {
	for name, condition := range where {
		if !k.holds(item, at+name, condition, as) {
			return false
		}
	}
	return true
}

func (k Kind[T]) holds(item T, name string, condition any, as lxd.Scope) bool {
	switch name {
	case "and", "or":
		return k.several(item, conditions(condition), name == "and", as)
	case "not":
		inner, _ := condition.(map[string]any)
		return inner == nil || !k.matches(item, inner, "", as)
	case "config":
		for _, entry := range conditions(condition) {
			if !holdsConfig(k.Config(item, as), entry) {
				return false
			}
		}
		return true
	}
	inner, _ := condition.(map[string]any)
	if value, ok := k.Values[name]; ok {
		return test(value(item), inner)
	}
	return k.matches(item, inner, name+".", as)
}

// several is and, of which all have to hold, or or, of which one has to.
func (k Kind[T]) several(item T, list []map[string]any, all bool, as lxd.Scope) bool {
	for _, condition := range list {
		if k.matches(item, condition, "", as) != all {
			return !all
		}
	}
	return all || list == nil
}

func conditions(value any) []map[string]any {
	list, _ := value.([]map[string]any)
	return list
}

// holdsConfig is one condition on the configuration: {key, value} or a key
// with operators; a key alone has to be there.
func holdsConfig(config lxd.StringMap, condition map[string]any) bool {
	key, _ := plain(condition["key"]).(string)
	found, ok := config[key]
	if !ok {
		return false
	}
	if value, ok := plain(condition["value"]).(string); ok && value != found {
		return false
	}
	operators, _ := condition["is"].(map[string]any)
	return test(found, operators)
}

// test applies operators to a value; all have to hold.
func test(value any, operators map[string]any) bool {
	switch several := value.(type) {
	case Any:
		if len(several) == 0 { // there is none, which equals null and is not "x"
			return test(nil, operators)
		}
		for _, one := range several {
			if test(one, operators) {
				return true
			}
		}
		return false
	case Tags:
		return testTags(several, operators)
	}
	found := plain(value)
	for operator, operand := range operators {
		if !holdsOperator(found, operator, operand) {
			return false
		}
	}
	return true
}

func testTags(tags Tags, operators map[string]any) bool {
	has := func(tag any) bool {
		for _, one := range tags {
			if one == tag {
				return true
			}
		}
		return false
	}
	for operator, operand := range operators {
		switch operator {
		case "contains":
			if wanted := plain(operand); wanted != nil && !has(wanted) {
				return false
			}
		case "in":
			if !anyOf(operand, has) {
				return false
			}
		}
	}
	return true
}

// holdsOperator compares; what has no value is neither greater nor less, and
// not "x" holds for it.
func holdsOperator(found any, operator string, operand any) bool {
	switch operator {
	case "equals":
		return found == plain(operand)
	case "in":
		return anyOf(operand, func(one any) bool { return found == one })
	case "not":
		return found != plain(operand)
	}
	wanted := plain(operand)
	if wanted == nil { // null is no condition
		return true
	}
	if found == nil {
		return false
	}
	switch operator {
	case "greater":
		return compare(found, wanted) > 0
	case "less":
		return compare(found, wanted) < 0
	case "contains":
		return strings.Contains(found.(string), wanted.(string))
	case "prefix":
		return strings.HasPrefix(found.(string), wanted.(string))
	}
	return false
}
