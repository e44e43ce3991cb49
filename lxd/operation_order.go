package lxd

// finalOperations remembers how far operations are. LXD sends each event from
// a goroutine of its own, so that they overtake each other: "Running" was seen
// after "Success", and 7 % after 10 %.
type finalOperations struct {
	seen  map[string]*Operation
	order []string
}

// stale reports whether an update is older than what was seen before it:
// nothing follows a final status, and nothing older a newer.
func (f *finalOperations) stale(operation *Operation) bool {
	if f.seen == nil {
		f.seen = make(map[string]*Operation)
	}
	before, ok := f.seen[operation.UUID]
	if ok && (before.Final() || !operation.NewerThan(before)) {
		return true
	}
	if !ok {
		f.order = append(f.order, operation.UUID)
	}
	f.seen[operation.UUID] = operation
	if len(f.order) > rememberedOperations {
		delete(f.seen, f.order[0])
		f.order = f.order[1:]
	}
	return false
}

// NewerThan orders updates of one operation: a final status wins, then the
// time of the update, then the step from pending to running.
func (o *Operation) NewerThan(before *Operation) bool {
	switch {
	case o.Final():
		return true
	case !o.UpdatedAt.Equal(before.UpdatedAt.Time):
		return o.UpdatedAt.After(before.UpdatedAt.Time)
	}
	return before.StatusCode == codePending || o.StatusCode != codePending
}
