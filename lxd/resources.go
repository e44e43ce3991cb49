package lxd

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// ServerResources is described in resources.graphqls.
type ServerResources struct { //nolint:staticcheck // the GraphQL type's name
	CPU     ResourcesCpu     `json:"cpu"`
	Memory  ResourcesMemory  `json:"memory"`
	GPU     ResourcesGpu     `json:"gpu"`
	Network ResourcesNetwork `json:"network"`
	Storage ResourcesStorage `json:"storage"`
	USB     ResourcesUsb     `json:"usb"`
	PCI     ResourcesPci     `json:"pci"`
	System  ResourcesSystem  `json:"system"`
}

// ResourcesCpu is described in resources.graphqls.
type ResourcesCpu struct { //nolint:staticcheck // the GraphQL type's name
	Architecture string                `json:"architecture"`
	Total        int                   `json:"total"`
	Sockets      []*ResourcesCpuSocket `json:"sockets"`
}

// ResourcesCpuSocket is described in resources.graphqls.
type ResourcesCpuSocket struct { //nolint:staticcheck // the GraphQL type's name
	Name                string               `json:"name"`
	Vendor              string               `json:"vendor"`
	Socket              int                  `json:"socket"`
	Cache               []*ResourcesCpuCache `json:"cache"`
	Cores               []*ResourcesCpuCore  `json:"cores"`
	FrequencyMHz        int                  `json:"frequency"`
	FrequencyMinimumMHz int                  `json:"frequency_minimum"`
	FrequencyTurboMHz   int                  `json:"frequency_turbo"`
}

// ResourcesCpuCache is described in resources.graphqls.
type ResourcesCpuCache struct { //nolint:staticcheck // the GraphQL type's name
	Level     int    `json:"level"`
	Type      string `json:"type"`
	SizeBytes int64  `json:"size"`
}

// ResourcesCpuCore is described in resources.graphqls.
type ResourcesCpuCore struct { //nolint:staticcheck // the GraphQL type's name
	Core         int                   `json:"core"`
	Die          int                   `json:"die"`
	Threads      []*ResourcesCpuThread `json:"threads"`
	FrequencyMHz int                   `json:"frequency"`
}

// ResourcesCpuThread is described in resources.graphqls.
type ResourcesCpuThread struct { //nolint:staticcheck // the GraphQL type's name
	Number   int  `json:"id"`
	Thread   int  `json:"thread"`
	NUMANode int  `json:"numa_node"`
	Online   bool `json:"online"`
	Isolated bool `json:"isolated"`
}

// ResourcesMemory is described in resources.graphqls.
type ResourcesMemory struct { //nolint:staticcheck // the GraphQL type's name
	TotalBytes          int64                  `json:"total"`
	UsedBytes           int64                  `json:"used"`
	HugepagesTotalBytes int64                  `json:"hugepages_total"`
	HugepagesUsedBytes  int64                  `json:"hugepages_used"`
	HugepageSizeBytes   int64                  `json:"hugepages_size"`
	Nodes               []*ResourcesMemoryNode `json:"nodes"`
}

// ResourcesMemoryNode is described in resources.graphqls.
type ResourcesMemoryNode struct { //nolint:staticcheck // the GraphQL type's name
	NUMANode   int   `json:"numa_node"`
	TotalBytes int64 `json:"total"`
	UsedBytes  int64 `json:"used"`
}

// ResourcesGpu is described in resources.graphqls.
type ResourcesGpu struct { //nolint:staticcheck // the GraphQL type's name
	Total int                 `json:"total"`
	Cards []*ResourcesGpuCard `json:"cards"`
}

// ResourcesGpuCard is described in resources.graphqls.
type ResourcesGpuCard struct { //nolint:staticcheck // the GraphQL type's name
	Vendor        string `json:"vendor"`
	VendorID      string `json:"vendor_id"`
	Product       string `json:"product"`
	ProductID     string `json:"product_id"`
	Driver        string `json:"driver"`
	DriverVersion string `json:"driver_version"`
	PCIAddress    string `json:"pci_address"`
	NUMANode      int    `json:"numa_node"`
	DRM           JSON   `json:"drm"`
	SRIOV         JSON   `json:"sriov"`
	Nvidia        JSON   `json:"nvidia"`
	Mdev          JSON   `json:"mdev"`
}

// ResourcesNetwork is described in resources.graphqls.
type ResourcesNetwork struct { //nolint:staticcheck // the GraphQL type's name
	Total int                     `json:"total"`
	Cards []*ResourcesNetworkCard `json:"cards"`
}

// ResourcesNetworkCard is described in resources.graphqls.
type ResourcesNetworkCard struct { //nolint:staticcheck // the GraphQL type's name
	Vendor          string                  `json:"vendor"`
	Product         string                  `json:"product"`
	Driver          string                  `json:"driver"`
	DriverVersion   string                  `json:"driver_version"`
	FirmwareVersion string                  `json:"firmware_version"`
	PCIAddress      string                  `json:"pci_address"`
	NUMANode        int                     `json:"numa_node"`
	Ports           []*ResourcesNetworkPort `json:"ports"`
	SRIOV           JSON                    `json:"sriov"`
}

// ResourcesNetworkPort is described in resources.graphqls.
type ResourcesNetworkPort struct { //nolint:staticcheck // the GraphQL type's name
	Name            string `json:"id"`
	Address         string `json:"address"`
	Port            int    `json:"port"`
	Protocol        string `json:"protocol"`
	PortType        string `json:"port_type"`
	TransceiverType string `json:"transceiver_type"`
	LinkDetected    bool   `json:"link_detected"`
	LinkSpeedMbit   int64  `json:"link_speed"`
	LinkDuplex      string `json:"link_duplex"`
}

// ResourcesStorage is described in resources.graphqls.
type ResourcesStorage struct { //nolint:staticcheck // the GraphQL type's name
	Total int                     `json:"total"`
	Disks []*ResourcesStorageDisk `json:"disks"`
}

// ResourcesStorageDisk is described in resources.graphqls.
type ResourcesStorageDisk struct { //nolint:staticcheck // the GraphQL type's name
	Name           string                       `json:"id"`
	Device         string                       `json:"device"`
	Model          string                       `json:"model"`
	Type           string                       `json:"type"`
	SizeBytes      int64                        `json:"size"`
	ReadOnly       bool                         `json:"read_only"`
	Removable      bool                         `json:"removable"`
	RPM            int                          `json:"rpm"`
	BlockSizeBytes int64                        `json:"block_size"`
	Serial         string                       `json:"serial"`
	WWN            string                       `json:"wwn"`
	DevicePath     string                       `json:"device_path"`
	NUMANode       int                          `json:"numa_node"`
	Partitions     []*ResourcesStoragePartition `json:"partitions"`
}

// ResourcesStoragePartition is described in resources.graphqls.
type ResourcesStoragePartition struct { //nolint:staticcheck // the GraphQL type's name
	Name      string `json:"id"`
	Device    string `json:"device"`
	Partition int    `json:"partition"`
	SizeBytes int64  `json:"size"`
	ReadOnly  bool   `json:"read_only"`
}

// ResourcesUsb is described in resources.graphqls.
type ResourcesUsb struct { //nolint:staticcheck // the GraphQL type's name
	Total   int                   `json:"total"`
	Devices []*ResourcesUsbDevice `json:"devices"`
}

// ResourcesUsbDevice is described in resources.graphqls.
type ResourcesUsbDevice struct { //nolint:staticcheck // the GraphQL type's name
	BusAddress    int     `json:"bus_address"`
	DeviceAddress int     `json:"device_address"`
	Vendor        string  `json:"vendor"`
	VendorID      string  `json:"vendor_id"`
	Product       string  `json:"product"`
	ProductID     string  `json:"product_id"`
	SpeedMbit     float64 `json:"speed"`
}

// ResourcesPci is described in resources.graphqls.
type ResourcesPci struct { //nolint:staticcheck // the GraphQL type's name
	Total   int                   `json:"total"`
	Devices []*ResourcesPciDevice `json:"devices"`
}

// ResourcesPciDevice is described in resources.graphqls.
type ResourcesPciDevice struct { //nolint:staticcheck // the GraphQL type's name
	PCIAddress string `json:"pci_address"`
	Vendor     string `json:"vendor"`
	VendorID   string `json:"vendor_id"`
	Product    string `json:"product"`
	ProductID  string `json:"product_id"`
	Driver     string `json:"driver"`
	IOMMUGroup int    `json:"iommu_group"`
	NUMANode   int    `json:"numa_node"`
}

// ResourcesSystem is described in resources.graphqls.
type ResourcesSystem struct { //nolint:staticcheck // the GraphQL type's name
	UUID        string `json:"uuid"`
	Vendor      string `json:"vendor"`
	Product     string `json:"product"`
	Family      string `json:"family"`
	Version     string `json:"version"`
	SKU         string `json:"sku"`
	Serial      string `json:"serial"`
	Type        string `json:"type"`
	Firmware    JSON   `json:"firmware"`
	Chassis     JSON   `json:"chassis"`
	Motherboard JSON   `json:"motherboard"`
}

// Resources reads what the host has; member is a member of the cluster, "" the
// one that answers. LXD walks through the host's devices, and fails now and then
// while some come and go (seen on 5.0.2): so it is asked once more.
func (c *Client) Resources(ctx context.Context, member string) (*ServerResources, error) {
	address := "/1.0/resources"
	if member != "" {
		address += "?target=" + url.QueryEscape(member)
	}
	resources, err := together[*ServerResources](ctx, c, address, nil)
	var failed *Error
	if errors.As(err, &failed) && failed.Status == http.StatusInternalServerError && ctx.Err() == nil {
		resources, err = together[*ServerResources](ctx, c, address, nil)
	}
	return resources, err
}
