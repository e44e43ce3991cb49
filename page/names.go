package page

// Fields are the names that a condition looks at, those inside and, or and not
// too, each once.
func Fields(where map[string]any) map[string]bool {
	names := map[string]bool{}
	collect(where, names)
	return names
}

func collect(where map[string]any, names map[string]bool) {
	for name, condition := range where {
		switch name {
		case "and", "or":
			for _, inner := range conditions(condition) {
				collect(inner, names)
			}
		case "not":
			if inner, ok := condition.(map[string]any); ok {
				collect(inner, names)
			}
		default:
			names[name] = true
		}
	}
}

// Name is the name that where has for what a list is ordered by; "" for no order.
func (o *OrderBy) Name() string {
	if o == nil {
		return ""
	}
	return camel(o.Field)
}
