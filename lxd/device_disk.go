package lxd

// PoolName is the storage pool that the disk is on; "" for a path of the host.
func (d *DiskDevice) PoolName() string { return d.option("pool") }

// VolumeOf is the volume of the disk, with what the device says of it: pool,
// type, name and project, whose custom volumes are customs'. It is nil for a
// path of the host and for the root disk of a profile.
func (d *DiskDevice) VolumeOf(c *Client, customs string) *StorageVolume {
	volume := &StorageVolume{Pool: d.PoolName(), Name: d.option("source"), Type: VolumeCustom, Project: customs, server: c.Name()}
	switch {
	case volume.Pool == "":
		return nil
	case d.option("path") != "/":
	case d.owner.Instance == nil:
		return nil
	default:
		volume.Name, volume.Project, volume.Type = d.owner.Instance.Name, d.owner.Instance.Project, VolumeContainer
		if d.owner.Instance.Type == TypeVirtualMachine {
			volume.Type = VolumeVirtualMachine
		}
	}
	if volume.Name == "" {
		return nil
	}
	return volume
}

// FitsAt refuses a custom volume that an instance of the type cannot have at the
// path, nil for none; LXD says so only in an operation that fails.
func (v *StorageVolume) FitsAt(instance InstanceType, path *string) error {
	switch {
	case v.ContentType == "BLOCK" && instance == TypeContainer:
		return conflict("the volume %s is a block device, which only a virtual machine can have: attach one of the content type FILESYSTEM", v.Name)
	case v.ContentType == "FILESYSTEM" && path == nil:
		return &InputError{"path", "a volume of files needs the path where the instance sees it, such as /mnt/data"}
	}
	return nil
}

// RootDisk is the instance's root disk; nil when it has none.
func (i *Instance) RootDisk() *DiskDevice {
	for _, device := range i.Devices() {
		if disk, ok := device.(*DiskDevice); ok && disk.option("path") == "/" {
			return disk
		}
	}
	return nil
}
