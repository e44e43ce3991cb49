package contract

import (
	"errors"
	"slices"
	"testing"

	"github.com/lxdql/lxdql/lxd"
)

// What hangs on an instance, and who may not read it.
func TestWhatHangsOnAnInstance(t *testing.T) {
	each(t, func(t *testing.T, d *daemon) {
		project := d.project(t)
		d.done(t, must(d.CreateInstance(t.Context(), lxd.System, nil, fromBusybox(project, "c1"))), nil)
		d.done(t, must(d.change(t, project, lxd.ActionStart)), nil)
		made := d.ask(t, "POST", "/1.0/instances/c1/backups?project="+project, map[string]any{"name": "b0", "instance_only": true})
		d.ask(t, "GET", made["operation"].(string)+"/wait?timeout=60", nil)
		instance := must(d.Instance(t.Context(), lxd.System, project, "c1"))
		if len(instance.Backups) != 1 || instance.Backups[0].Name != "b0" || !instance.Backups[0].InstanceOnly {
			t.Errorf("the full answer brings the backups %+v", instance.Backups)
		}
		backups := must(d.InstanceBackups(t.Context(), lxd.System, instance))
		if len(backups) != 1 || backups[0].ID() != instance.Backups[0].ID() {
			t.Errorf("backups: %+v", backups)
		}
		if _, err := d.InstanceBackups(t.Context(), nobody{}, instance); !lxd.IsNotFound(err) {
			t.Errorf("backups of what is hidden: %v", err)
		}
		metadata := must(d.InstanceMetadata(t.Context(), lxd.System, instance))
		if metadata.Architecture != "x86_64" || metadata.CreatedAt().IsZero() || !metadata.ExpiresAt().IsZero() {
			t.Errorf("metadata: %+v", metadata)
		}
		tag, again := must(d.InstanceETag(t.Context(), lxd.System, instance)), must(d.InstanceETag(t.Context(), lxd.System, instance))
		if tag == nil || len(*tag) != 64 || *again != *tag {
			t.Errorf("etag: %v", tag)
		}
		d.readersOfLogs(t, project, instance)
		var missing *lxd.ExtensionError
		if _, err := d.InstanceUefiVars(t.Context(), lxd.System, instance); !errors.As(err, &missing) {
			t.Errorf("firmware variables of 5.0.2: %v", err)
		}
		if size := must(d.Resources(t.Context(), "")); size.CPU.Total < 1 || size.Memory.TotalBytes < 1<<20 {
			t.Errorf("the host has %+v", size)
		}
		percents, errs := d.CPUPercents(t.Context(), lxd.System, []*lxd.Instance{instance, {Project: project, Name: "nope"}})
		if percents[0] == nil || *percents[0] < 0 || errs[0] != nil || !lxd.IsNotFound(errs[1]) {
			t.Errorf("processor time: %v, %v", percents, errs)
		}
	})
}

// readersOfLogs may read what LXD says, and not what holds the environment.
func (d *daemon) readersOfLogs(t *testing.T, project string, instance *lxd.Instance) {
	t.Helper()
	logs := must(d.InstanceLogs(t.Context(), reader{project}, instance))
	names := make([]string, len(logs))
	for n, log := range logs {
		names[n] = log.Name
	}
	if !slices.Equal(names, []string{"lxc.conf", "lxc.log"}) {
		t.Fatalf("logs: %v", names)
	}
	var forbidden *lxd.ForbiddenError
	if _, err := d.LogContent(t.Context(), reader{project}, logs[0], 100); !errors.As(err, &forbidden) {
		t.Errorf("a reader reads the configuration: %v", err)
	}
	if _, err := d.ConsoleLog(t.Context(), reader{project}, instance, 100); !errors.As(err, &forbidden) {
		t.Errorf("a reader reads the console: %v", err)
	}
	if d.simulated {
		return // it has no bytes of logs
	}
	if _, err := d.LogContent(t.Context(), reader{project}, logs[1], 100); err != nil {
		t.Errorf("a reader reads what LXD says: %v", err)
	}
	whole := must(d.LogContent(t.Context(), lxd.System, logs[0], lxd.LogSize))
	if end := must(d.LogContent(t.Context(), lxd.System, logs[0], 20)); len(whole) < 100 || end != whole[len(whole)-20:] {
		t.Errorf("the end of the log is %q", end)
	}
}
