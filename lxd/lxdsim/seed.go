package lxdsim

import (
	"fmt"
	"time"
)

// seed fills the inventory that the options ask for. It runs before anybody
// else can see the server.
func (s *Server) seed() {
	s.seedPools()
	s.seedNetworks()
	s.seedProjects()
	s.seedImages()
	for n := range s.options.Instances {
		s.seedInstance(n)
	}
}

// numbered returns the n-th name of a list, and numbered ones behind its end.
func numbered(n int, prefix string, names ...string) string {
	if n < len(names) {
		return names[n]
	}
	return fmt.Sprintf("%s%d", prefix, n)
}

func (s *Server) seedPools() {
	for n := range s.options.Pools {
		name := numbered(n, "pool", "default", "fast", "bulk")
		driver := []string{"dir", "zfs", "btrfs"}[n%3]
		config := map[string]string{"source": "/var/lib/lxd/storage-pools/" + name}
		if driver != "dir" {
			config = map[string]string{"source": "/var/lib/lxd/disks/" + name + ".img", "size": "1024GiB"}
		}
		s.pools.put(name, &pool{Name: name, Driver: driver, Config: config, Status: "Created", Locations: []string{"none"}})
		s.volumes.put(name+"/backups", &volume{
			Name: "backups", Type: "custom", ContentType: "filesystem", Location: "none", Project: "default",
			Config: map[string]string{}, UsedBy: []string{}, pool: name, parent: "backups",
		})
	}
}

func (s *Server) seedNetworks() {
	for n := range s.options.Networks {
		prefix := fmt.Sprintf("10.%d", 100+n%150)
		name := fmt.Sprintf("lxdbr%d", n)
		s.networks.put(name, &network{
			Name: name, Type: "bridge", Managed: true, Status: "Created", Locations: []string{"none"},
			Config:          map[string]string{"ipv4.address": prefix + ".0.1/16", "ipv4.nat": "true", "ipv6.address": "none"},
			hardwareAddress: s.randomHardwareAddress(), prefix: prefix,
		})
	}
	s.networks.put("lo", &network{Name: "lo", Type: "loopback", Config: map[string]string{}, UsedBy: []string{}})
	s.networks.put("eth0", &network{Name: "eth0", Type: "physical", Config: map[string]string{}, hardwareAddress: s.randomHardwareAddress()})
}

// seedProjects makes the second project share images and profiles with the
// default one: what it lists of them are the default project's.
func (s *Server) seedProjects() {
	for n := range s.options.Projects {
		name := numbered(n, "project", "default", "shared", "staging", "production", "sandbox")
		own := fmt.Sprint(n != 1)
		config := map[string]string{"features.images": own, "features.profiles": own, "features.storage.volumes": "true"}
		description := ""
		if name == "default" {
			config["features.networks"], description = "true", "Default LXD project"
		}
		s.projects.put(name, &project{Name: name, Description: description, Config: config})
		if n != 1 {
			s.seedProfiles(name)
		}
	}
}

func (s *Server) seedProfiles(project string) {
	put := func(name, description string, config map[string]string, attached devices) {
		s.profiles.put(key(project, name), &profile{Name: name, Description: description, Config: config, Devices: attached, project: project})
	}
	put("default", "Default LXD profile", map[string]string{}, devices{
		"root": {"type": "disk", "path": "/", "pool": "default"},
		"eth0": {"type": "nic", "name": "eth0", "network": "lxdbr0"},
	})
	put("small", "One CPU", map[string]string{"limits.cpu": "1", "limits.memory": "512MiB"}, devices{})
	put("large", "Eight CPUs", map[string]string{"limits.cpu": "8", "limits.memory": "16GiB", "boot.autostart": "true"}, devices{})
}

type seedImage struct{ alias, os, release, kind string }

// seedImages has an image called busybox, as a daemon made for tests has. A
// project with images of its own has all of them too.
func (s *Server) seedImages() {
	for _, one := range []seedImage{
		{"busybox", "busybox", "1.35.0", "container"},
		{"debian/12", "Debian", "bookworm", "container"},
		{"ubuntu/22.04", "ubuntu", "jammy", "container"},
		{"ubuntu/22.04/vm", "ubuntu", "jammy", "virtual-machine"},
	} {
		fingerprint, size := s.randomHex(64), int64(s.random.Intn(400)+1)<<20
		for _, p := range s.projects.where(func(p *project) bool { return s.effective(p.Name, "images") == p.Name }) {
			s.images.put(key(p.Name, fingerprint), s.image(one, fingerprint, size, p.Name))
			s.aliases.put(key(p.Name, one.alias), &imageAlias{Name: one.alias, Target: fingerprint, Type: one.kind, project: p.Name})
		}
	}
}

func (s *Server) image(one seedImage, fingerprint string, size int64, project string) *image {
	uploaded := s.started.Add(-90 * 24 * time.Hour).UTC()
	return &image{
		Properties: map[string]string{"architecture": "x86_64", "description": one.os + " " + one.release, "os": one.os, "release": one.release},
		ExpiresAt:  time.Unix(0, 0).UTC(), Profiles: []string{"default"}, Aliases: []aliasName{{Name: one.alias}},
		Architecture: "x86_64", Filename: one.os + ".tar.gz", Fingerprint: fingerprint, Size: size, Type: one.kind,
		CreatedAt: uploaded.Add(-24 * time.Hour), LastUsedAt: uploaded.Add(time.Hour), UploadedAt: uploaded, project: project,
	}
}
