package lxdsim

import (
	"hash/fnv"
	"time"
)

type instanceState struct {
	Status     string                    `json:"status"`
	StatusCode int                       `json:"status_code"`
	Disk       map[string]diskState      `json:"disk"`
	Memory     memoryState               `json:"memory"`
	Network    map[string]interfaceState `json:"network"`
	PID        int                       `json:"pid"`
	Processes  int                       `json:"processes"`
	CPU        cpuState                  `json:"cpu"`
}

type diskState struct {
	Usage int64 `json:"usage"`
}

type memoryState struct {
	Usage         int64 `json:"usage"`
	UsagePeak     int64 `json:"usage_peak"`
	SwapUsage     int64 `json:"swap_usage"`
	SwapUsagePeak int64 `json:"swap_usage_peak"`
}

type cpuState struct {
	Usage int64 `json:"usage"`
}

type interfaceState struct {
	Addresses       []address         `json:"addresses"`
	Counters        interfaceCounters `json:"counters"`
	HardwareAddress string            `json:"hwaddr"`
	HostName        string            `json:"host_name"`
	MTU             int               `json:"mtu"`
	State           string            `json:"state"`
	Type            string            `json:"type"`
}

type interfaceCounters struct {
	networkCounters
	ErrorsReceived         int64 `json:"errors_received"`
	ErrorsSent             int64 `json:"errors_sent"`
	PacketsDroppedOutbound int64 `json:"packets_dropped_outbound"`
	PacketsDroppedInbound  int64 `json:"packets_dropped_inbound"`
}

func (s *Server) getInstanceState(r *request) (answer, error) {
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	return answer{metadata: i.state(time.Now())}, nil
}

func (s *Server) uptime() time.Duration { return time.Since(s.started) }

// state is what an instance uses: sizes that belong to its name, and counters
// that grow while it runs.
func (i *instance) state(now time.Time) instanceState {
	state := instanceState{Status: i.Status, StatusCode: i.StatusCode, Disk: map[string]diskState{}}
	if !i.runs() {
		return state
	}
	hash := fnv.New32a()
	hash.Write([]byte(i.url()))
	size := int64(hash.Sum32()%512+16) << 20
	age := i.runningFor + now.Sub(i.startedAt)

	state.PID, state.Processes = i.pid, int(size>>24)+2
	state.CPU.Usage = int64(age) / 50
	state.Memory = memoryState{Usage: size, UsagePeak: size + size/8}
	if !i.onDirPool {
		state.Disk["root"] = diskState{Usage: size * 2}
	}
	state.Network = map[string]interfaceState{"lo": loopback()}
	for _, nic := range i.interfaces {
		state.Network[nic.name] = nic.state(age)
	}
	return state
}

func loopback() interfaceState {
	return interfaceState{MTU: 65536, State: "up", Type: "loopback", Addresses: []address{
		{Family: "inet", Address: "127.0.0.1", Netmask: "8", Scope: "local"},
		{Family: "inet6", Address: "::1", Netmask: "128", Scope: "local"},
	}}
}

func (n networkInterface) state(age time.Duration) interfaceState {
	packets := int64(age / (100 * time.Millisecond))
	return interfaceState{
		HardwareAddress: n.hardwareAddress, HostName: n.hostName, MTU: 1500, State: "up", Type: "broadcast",
		Addresses: []address{{Family: "inet", Address: n.address, Netmask: "16", Scope: "global"}},
		Counters: interfaceCounters{networkCounters: networkCounters{
			BytesReceived: packets * 400, BytesSent: packets * 300, PacketsReceived: packets, PacketsSent: packets,
		}},
	}
}
