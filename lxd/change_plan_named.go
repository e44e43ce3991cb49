package lxd

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// lookFor notes down what an instance or a profile would name and what is not
// there: profiles, and networks, pools and volumes of devices. What it named
// before is not looked for. Without a plan LXD itself says it.
func (c *Client) lookFor(ctx context.Context, plan *ChangePlan, in string, was, is *InstanceEdit) error {
	if plan == nil {
		return nil
	}
	project, profiles, err := c.usableProfiles(ctx, in)
	if err != nil {
		return err
	}
	for _, name := range is.Profiles {
		there := func(p *Profile) bool { return p.Name == name }
		if !slices.Contains(was.Profiles, name) && !slices.ContainsFunc(profiles, there) {
			plan.lacks("there is no profile %s for the project %s: make it first, or leave it out", name, in)
		}
	}
	for _, name := range sortedKeys(is.Devices) {
		options := is.Devices[name]
		if maps.Equal(was.Devices[name], options) {
			continue
		}
		switch options["type"] {
		case "nic":
			err = c.lookForNetwork(ctx, plan, project, name, options["network"])
			if err == nil {
				err = c.lookForACLs(ctx, plan, project.Effective(FeatureNetworks), was.Devices[name], options)
			}
		case "disk":
			err = c.lookForVolume(ctx, plan, project, name, options)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lacks notes down something that is named and is not there.
func (p *ChangePlan) lacks(format string, arguments ...any) {
	p.note(BlockedByMissing, fmt.Errorf(format, arguments...))
}

func (c *Client) lookForNetwork(ctx context.Context, plan *ChangePlan, project *Project, device, network string) error {
	if network == "" {
		return nil // on an interface of the host
	}
	err := c.IsManaged(ctx, project.Effective(FeatureNetworks), network)
	if IsNotFound(err) {
		plan.lacks("the device %s is on the network %s, which the project %s does not have: make it first", device, network, project.Name)
		return nil
	}
	return err
}

// lookForACLs notes down the ACLs that a network of a project, or a device on
// one, would name and that are not there.
func (c *Client) lookForACLs(ctx context.Context, plan *ChangePlan, project string, was, is StringMap) error {
	if plan == nil || is["security.acls"] == was["security.acls"] {
		return nil
	}
	acls, err := c.NetworkAcls(ctx, System, project)
	if err != nil {
		return err
	}
	for _, name := range commaSeparated(is["security.acls"]) {
		if !slices.ContainsFunc(acls, func(a *NetworkAcl) bool { return a.Name == name }) {
			plan.lacks("there is no ACL %s in the project %s: make it first, or leave it out", name, project)
		}
	}
	return nil
}

// lookForVolume looks for a disk's pool, and for the custom volume that it
// names; a root disk names none, and a path of the host is not looked for.
func (c *Client) lookForVolume(ctx context.Context, plan *ChangePlan, project *Project, device string, options StringMap) error {
	pool, source := options["pool"], options["source"]
	if pool == "" {
		return nil
	}
	_, err := c.StoragePool(ctx, pool)
	if IsNotFound(err) {
		plan.lacks("the device %s is on the storage pool %s, which does not exist: choose another one", device, pool)
		return nil
	}
	if err != nil || source == "" || options["path"] == "/" {
		return err
	}
	volumes, err := c.StorageVolumes(ctx, System, VolumeList{Project: project.Effective(FeatureStorageVolumes), Pool: pool, Type: VolumeCustom})
	if err == nil && !slices.ContainsFunc(volumes, func(v *StorageVolume) bool { return v.Name == source }) {
		plan.lacks("the device %s is the volume %s, which the pool %s does not have for the project %s: make it first", device, source, pool, project.Name)
	}
	return err
}

// lookForImage notes down that the image of a new instance is not there; those
// of other servers are not looked for.
func (c *Client) lookForImage(ctx context.Context, plan *ChangePlan, in string, source *InstanceSource) error {
	if plan == nil || source.Type != SourceImage || source.Server != nil {
		return nil
	}
	owner, err := c.imageOwner(ctx, System, in)
	if err != nil {
		return err
	}
	named := value(source.Alias)
	if source.Alias != nil {
		_, err = c.ImageAlias(ctx, System, owner, named)
	} else {
		named = value(source.Fingerprint)
		_, err = c.Image(ctx, System, owner, named)
	}
	if IsNotFound(err) {
		plan.lacks("the project %s has no image %s: copy or import it first", in, named)
		return nil
	}
	return err
}
