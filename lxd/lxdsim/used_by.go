package lxdsim

import "slices"

// heldBy lists the objects that belong to a project.
func (s *Server) heldBy(project string) []string {
	urls := []string{}
	for _, i := range s.instances.all() {
		if i.Project == project {
			urls = append(urls, i.url())
		}
	}
	for _, p := range s.profiles.all() {
		if p.project == project {
			urls = append(urls, objectURL(project, "profiles", p.Name))
		}
	}
	for _, i := range s.images.all() {
		if i.project == project {
			urls = append(urls, objectURL(project, "images", i.Fingerprint))
		}
	}
	for _, v := range s.volumes.all() {
		if v.Project == project {
			urls = append(urls, v.url())
		}
	}
	for _, n := range s.networks.all() {
		if n.Managed && project == "default" {
			urls = append(urls, objectURL("", "networks", n.Name))
		}
	}
	if acls, err := recorded("network-acls"); err == nil && project == "default" {
		for _, acl := range acls {
			urls = append(urls, objectURL("", "network-acls", acl["name"].(string)))
		}
	}
	return urls
}

// profileUsers lists the instances that have a profile.
func (s *Server) profileUsers(p *profile) []string {
	urls := []string{}
	for _, i := range s.instances.all() {
		if slices.Contains(i.Profiles, p.Name) && s.effective(i.Project, "profiles") == p.project {
			urls = append(urls, i.url())
		}
	}
	return urls
}

// deviceUsers lists the profiles and instances with a device that a condition
// holds for.
func (s *Server) deviceUsers(holds func(device) bool) []string {
	urls := []string{}
	for _, p := range s.profiles.all() {
		if p.Devices.any(holds) {
			urls = append(urls, objectURL(p.project, "profiles", p.Name))
		}
	}
	for _, i := range s.instances.all() {
		if i.ExpandedDevices.any(holds) {
			urls = append(urls, i.url())
		}
	}
	return urls
}
