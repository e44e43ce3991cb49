package page

import "github.com/lxdql/lxdql/lxd"

// GraphQL names a page by what is on it.
type (
	// InstanceConnection is a page of instances.
	InstanceConnection = Connection[*lxd.Instance]
	// InstanceEdge is one instance of a page.
	InstanceEdge = Edge[*lxd.Instance]
)

// Instances are ordered, chosen and found by these.
var Instances = Kind[*lxd.Instance]{
	Key: func(i *lxd.Instance) []string { return []string{i.Project, i.Name} },
	Values: map[string]func(*lxd.Instance) any{
		"project":      func(i *lxd.Instance) any { return i.Project },
		"name":         func(i *lxd.Instance) any { return i.Name },
		"description":  func(i *lxd.Instance) any { return i.Description },
		"status":       func(i *lxd.Instance) any { return i.Status },
		"type":         func(i *lxd.Instance) any { return i.Type },
		"architecture": func(i *lxd.Instance) any { return i.Architecture },
		"location":     func(i *lxd.Instance) any { return i.Location() },
		"createdAt":    func(i *lxd.Instance) any { return i.CreatedAt },
		"lastUsedAt":   func(i *lxd.Instance) any { return i.LastUsedAt },
		"ephemeral":    func(i *lxd.Instance) any { return i.Ephemeral },
		"stateful":     func(i *lxd.Instance) any { return i.Stateful },
		"tags":         func(i *lxd.Instance) any { return Tags(i.Tags()) },
		"profiles":     func(i *lxd.Instance) any { return Tags(i.Profiles) },
		"image":        func(i *lxd.Instance) any { return optional(i.ImageFingerprint()) },
		"network":      func(i *lxd.Instance) any { return Any(i.NetworkNames()) },
		"pool":         func(i *lxd.Instance) any { return Any(i.PoolNames()) },
		"memoryLimitBytes": func(i *lxd.Instance) any {
			return i.Limits().MemoryBytes
		},
		"address":         func(i *lxd.Instance) any { return Any(i.State.Addresses()) },
		"hwaddr":          func(i *lxd.Instance) any { return Any(i.Hwaddrs()) },
		"state.processes": func(i *lxd.Instance) any { return i.State.Processes() },
		"state.cpuUsageSeconds": func(i *lxd.Instance) any {
			return ofState(i, func(s *lxd.InstanceState) any { return s.CPU.UsageSeconds() })
		},
		"state.memoryUsageBytes": func(i *lxd.Instance) any {
			return ofState(i, func(s *lxd.InstanceState) any { return s.Memory.UsageBytes })
		},
	},
	Config: func(i *lxd.Instance, as lxd.Scope) lxd.StringMap {
		return i.ExpandedConfig.Map().Visible("", lxd.SeesSecrets(as, i.Project))
	},
	Texts: func(i *lxd.Instance) []string {
		texts := append([]string{i.Name, i.Description}, i.Tags()...)
		return append(append(texts, i.Hwaddrs()...), i.State.Addresses()...)
	},
}

// ofState is a value of the state; nil where that was not read.
func ofState(i *lxd.Instance, value func(*lxd.InstanceState) any) any {
	if i.State == nil {
		return nil
	}
	return value(i.State)
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
