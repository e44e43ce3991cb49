package lxd

import "sync"

// rememberedOperations bounds the memory: the oldest are forgotten first. LXD
// itself forgets an operation 5 s after its end.
const rememberedOperations = 4096

// operationProjects remembers which project an operation belongs to. LXD tells
// it in events only, and a caller's right to see an operation hangs on it.
type operationProjects struct {
	mutex    sync.Mutex
	projects map[string]string
	order    []string
}

func (p *operationProjects) remember(uuid, project string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.projects == nil {
		p.projects = make(map[string]string)
	}
	if _, ok := p.projects[uuid]; !ok {
		p.order = append(p.order, uuid)
	}
	p.projects[uuid] = project
	if len(p.order) > rememberedOperations {
		delete(p.projects, p.order[0])
		p.order = p.order[1:]
	}
}

func (p *operationProjects) find(uuid string) (string, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	project, ok := p.projects[uuid]
	return project, ok
}
