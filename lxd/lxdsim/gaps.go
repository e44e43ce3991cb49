package lxdsim

// Gap is a place where the simulator answers otherwise than LXD 5.0.2.
type Gap struct {
	// What is different, as a path, a key or a behaviour.
	What string
	// Why it is so, and what a test on both must not expect.
	Why string
}

// Gaps returns every known difference. What is not listed is meant to be equal
// in its keys, in the JSON kinds of its values, in its messages and in its order
// of events.
func Gaps() []Gap {
	return []Gap{
		{"GET /1.0 environment.server", `"lxdsim" instead of "lxd", so that a client can say that nothing is real`},
		{"GET /1.0 environment.certificate", "empty: the simulator has no TLS listener and needs no key pair"},
		{"GET /1.0 config", "core.https_address is set though nobody listens, because LXD issues trust tokens only with it"},
		{"paths that are not routed", "404 not found: files, exec, console, and the bytes of backups and logs have no simulated data"},
		{"resources, warnings, ACLs, zones and forwards", "recorded from a real daemon: they are the same in every simulated one and never change"},
		{"GET /1.0/metrics", "three of LXD's metrics, of running instances, with the same values for each"},
		{"GET /1.0/projects/{name}/state", "instances and networks are counted; processor, memory, disk and processes are 0, and nothing is limited"},
		{"backups of volumes", "there are none: nothing makes them here"},
		{"writes to storage pools, ACLs, zones, forwards and peers, and of volumes that are not custom", "501 not implemented: their inventory is what the options ask for"},
		{"POST /1.0/images with a source other than an instance", "501 not implemented: there are no bytes and no other server"},
		{"PATCH /1.0/images/aliases/{name}", "fails at once: LXD 5.0.2 takes 20 s to fail"},
		{"networks of projects with networks of their own, and of other drivers than bridge", "501 not implemented"},
		{"volumes moved to another pool, volumes and instances moved to another project", "501 not implemented"},
		{"PUT of an instance with restore", "the events of what the restore changes besides are not sent, and one that runs goes on running"},
		{"POST /1.0/instances with a source of migration", `400 "Unknown source type …": there is no second server`},
		{"POST /1.0/certificates without token", "501 not implemented: there is no TLS client to trust"},
		{"filter on lists", "ignored: the whole list is answered"},
		{"restricted and untrusted callers", "every caller is the administrator: the simulator is reached over a unix socket only"},
		{"events of type logging", "none are sent: a simulated daemon logs nothing"},
		{"validation of config values and of device keys", "only the beginning of a key and the type of a device are checked"},
		{"volatile.<nic>.host_name", "absent from config while an instance runs; its state has the name"},
		{"virtual machines", "they run without KVM, and report state as if an agent ran in them"},
		{"the name of an instance created without one", `"unnamed-" and six hexadecimal digits instead of two words`},
		{"an operation in progress on the same instance", "LXD lets the second wait or join; here each looks at the state when its own delay is over"},
	}
}
