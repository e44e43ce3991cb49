package mirror

import (
	"context"
	"maps"
	"time"

	"github.com/lxdql/lxdql/lxd"
)

// eachMembers is how often it is looked whether a cluster member went or came
// back, of which LXD announces nothing: its instances are ERROR meanwhile.
const eachMembers = 10 * time.Second

const online lxd.ClusterMemberStatus = "ONLINE"

// watchMembers looks at the members of a cluster until ctx ends.
func (m *Mirror) watchMembers(ctx context.Context) {
	for pause(ctx, eachMembers); ctx.Err() == nil; pause(ctx, eachMembers) {
		if !m.clustered() {
			continue
		}
		members, err := m.client.ClusterMembers(ctx)
		if err != nil {
			continue
		}
		now := make(map[string]lxd.ClusterMemberStatus, len(members))
		for _, member := range members {
			now[member.Name] = member.Status
		}
		m.mutex.Lock()
		m.membersAre(now)
		m.mutex.Unlock()
	}
}

// clustered reports whether what is held is a cluster's, and is served.
func (m *Mirror) clustered() bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.inSync == nil {
		return false
	}
	for _, entry := range m.tables[StoragePools].entries {
		if len(entry.read.(*lxd.StoragePool).Locations()) > 0 {
			return true
		}
	}
	return false
}

// membersAre has the instances listed when another member is there than before,
// or one is back and theirs are not; the caller holds the mutex.
func (m *Mirror) membersAre(now map[string]lxd.ClusterMemberStatus) {
	again := !maps.Equal(m.members, now) && m.members != nil
	m.members = now
	for _, entry := range m.tables[Instances].entries {
		member := entry.read.(*lxd.Instance).Member
		again = again || m.unreachable(entry.Key) && now[member] == online
	}
	if again {
		m.mark(settles, whole(Instances, ""))
	}
}

// unreachable reports whether an instance is on a member that is away; the caller
// holds the mutex.
func (m *Mirror) unreachable(key Key) bool {
	instance := m.instance(key.Project, key.Name)
	return instance != nil && instance.Unreachable()
}

// away is unreachable for who does not hold the mutex.
func (m *Mirror) away(key Key) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.unreachable(key)
}

// skipped ends a job whose answer cannot be had before the instance is back, and
// is then read anyway (see [Mirror.moved]).
func (m *Mirror) skipped(job *job) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	defer m.happened()
	m.end(job.reading)
	m.answered(job)
}
