package lxdsim

// listAnswer is a list of URLs, or of objects where recursion asks for them.
func listAnswer[T any](r *request, urls []string, objects []T) answer {
	if r.recursion == 0 {
		return answer{metadata: urls}
	}
	return answer{metadata: objects}
}
