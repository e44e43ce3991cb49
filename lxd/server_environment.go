package lxd

// ServerEnvironment is the machine and the programs that LXD runs on.
type ServerEnvironment struct {
	Server                  string                 `json:"server"`
	ServerName              string                 `json:"server_name"`
	ServerVersion           string                 `json:"server_version"`
	ServerClustered         bool                   `json:"server_clustered"`
	Architectures           []string               `json:"architectures"`
	Addresses               []string               `json:"addresses"`
	Kernel                  string                 `json:"kernel"`
	KernelVersion           string                 `json:"kernel_version"`
	KernelArchitecture      string                 `json:"kernel_architecture"`
	KernelFeatures          StringMap              `json:"kernel_features"`
	LXCFeatures             StringMap              `json:"lxc_features"`
	OSName                  string                 `json:"os_name"`
	OSVersion               string                 `json:"os_version"`
	Driver                  string                 `json:"driver"`
	DriverVersion           string                 `json:"driver_version"`
	Storage                 string                 `json:"storage"`
	StorageVersion          string                 `json:"storage_version"`
	StorageSupportedDrivers []*ServerStorageDriver `json:"storage_supported_drivers"`
	Firewall                string                 `json:"firewall"`
	EventMode               string                 `json:"server_event_mode"`
	PID                     int                    `json:"server_pid"`
	Certificate             string                 `json:"certificate"`
	CertificateFingerprint  string                 `json:"certificate_fingerprint"`
}

// ServerStorageDriver is a storage driver of LXD's.
type ServerStorageDriver struct {
	Name    string `json:"Name"`
	Version string `json:"Version"`
	Remote  bool   `json:"Remote"`
}
