package plan

// What gqlgen says of null where the schema does not allow it.
const (
	nullElement = "the requested element is null which the schema does not allow"
	nullValue   = "must not be null"
)

// value writes what a field is for one object of its level; false is null, and
// nothing is written then.
func (r *run) value(n *node, of int) bool {
	c := n.cells[of]
	if c.state != present {
		if n.nonNull && c.state != erroneous {
			message := nullValue
			if c.state == nilValue {
				message = nullElement
			}
			r.mistake(mistake{level: n.selected.of, object: of, selected: n.selected, element: -1, message: message})
		}
		return false
	}
	if !n.list {
		return r.item(n, of, int(c.begin), -1)
	}
	begin, whole := len(r.writer.bytes), true
	r.writer.Byte('[')
	for at := c.begin; at < c.end; at++ {
		if at > c.begin {
			r.writer.Byte(',')
		}
		if !r.item(n, of, int(at), int(at-c.begin)) {
			r.writer.WriteString("null")
			whole = whole && !n.elements
		}
	}
	r.writer.Byte(']')
	if !whole {
		r.cut(begin)
	}
	return whole
}

// item writes one object, an element of a list where element is not -1.
func (r *run) item(n *node, of, at, element int) bool {
	if n.items[at] == nil {
		if element >= 0 && n.elements || element < 0 && n.nonNull {
			m := mistake{object: of, selected: n.selected, element: element, message: nullElement}
			if n.selected != nil {
				m.level = n.selected.of
			}
			r.mistake(m)
		}
		return false
	}
	if n.places == nil {
		return r.object(n.levels[0], at)
	}
	where := n.places[at]
	return r.object(n.levels[where.level], int(where.number))
}

// object writes an object. All of its fields are looked at even when one of
// them may not be null and is: their errors are told too.
func (r *run) object(l *level, at int) bool {
	begin, whole := len(r.writer.bytes), true
	r.writer.Byte('{')
	for _, field := range l.fields {
		before := len(r.writer.bytes)
		r.writer.WriteString(field.key)
		if field.typename {
			r.writer.String(l.object.Name)
		} else if !r.member(field, at) {
			r.writer.WriteString("null")
			whole = whole && !field.NonNull
		}
		if field.again {
			r.cut(before)
		}
	}
	r.writer.Byte('}')
	if !whole {
		r.cut(begin)
	}
	return whole
}

// member writes a field of one object; false is null.
func (r *run) member(s *selected, at int) bool {
	switch {
	case s.refused != nil:
		r.mistake(mistake{level: s.of, object: at, selected: s, element: -1, err: s.refused})
		return false
	case s.below != nil:
		return r.value(s.below, at)
	case s.Leaf != nil:
		if s.Leaf(r.writer, s.of.objects[at]) {
			return true
		}
	case s.err(at) != nil:
		return false
	case s.values[at] == nil:
		if s.NonNull {
			r.mistake(mistake{level: s.of, object: at, selected: s, element: -1, message: nullValue})
		}
		return false
	default:
		if s.Encode(r.writer, s.values[at]) {
			return true
		}
	}
	if s.NonNull {
		r.mistake(mistake{level: s.of, object: at, selected: s, element: -1, message: nullElement})
	}
	return false
}

// cut takes back what was written of something that turned out to be null.
func (r *run) cut(begin int) {
	r.writer.bytes = r.writer.bytes[:begin]
}
