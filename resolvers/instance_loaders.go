package resolvers

import (
	"context"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/lxdql/lxdql/lxd"
)

// askedLog and askedConsole are a log with how much of its end was asked for.
type (
	askedLog struct {
		log  *lxd.InstanceLog
		most int
	}
	askedConsole struct {
		instance *lxd.Instance
		most     int
	}
)

// instanceLoaders adds the loaders of what hangs on instances, which LXD gives
// one by one.
func (r *Resolver) instanceLoaders(l *loaders) {
	l.backups = ofInstance(r.LXD.InstanceBackups)
	l.logs = ofInstance(r.LXD.InstanceLogs)
	l.metadata = ofInstance(r.LXD.InstanceMetadata)
	l.uefiVars = ofInstance(r.LXD.InstanceUefiVars)
	l.instanceETag = ofInstance(r.LXD.InstanceETag)
	l.logContent = newLoader(oneByOne(func(ctx context.Context, asked askedLog) (string, error) {
		return r.LXD.LogContent(ctx, scope(ctx), asked.log, asked.most)
	}))
	l.files = newLoader(oneByOne(r.listFiles))
	l.consoleLog = newLoader(oneByOne(func(ctx context.Context, asked askedConsole) (*string, error) {
		return r.LXD.ConsoleLog(ctx, scope(ctx), asked.instance, asked.most)
	}))
	l.template = newLoader(oneByOne(func(ctx context.Context, template *lxd.InstanceTemplate) (string, error) {
		return r.LXD.TemplateContent(ctx, scope(ctx), template)
	}))
	l.operations = newLoader(oneByOne(func(ctx context.Context, project string) ([]*lxd.Operation, error) {
		return r.Work.Operations(ctx, scope(ctx), project)
	}))
	l.cpuPercent = newLoader(r.cpuBatch)
}

// ofInstance loads what LXD gives for each instance.
func ofInstance[V any](read func(context.Context, lxd.Scope, *lxd.Instance) (V, error)) *dataloader.Loader[*lxd.Instance, V] {
	return newLoader(oneByOne(func(ctx context.Context, instance *lxd.Instance) (V, error) {
		return read(ctx, scope(ctx), instance)
	}))
}

// cpuBatch measures all instances of an answer together, so that they wait
// once: the keys are by name, because an answer may show an instance twice.
func (r *Resolver) cpuBatch(ctx context.Context, keys []key) []*dataloader.Result[*float64] {
	instances := make([]*lxd.Instance, len(keys))
	for n, k := range keys {
		instances[n] = &lxd.Instance{Project: k.project, Name: k.name}
	}
	percents, errs := r.LXD.CPUPercents(ctx, scope(ctx), instances)
	results := make([]*dataloader.Result[*float64], len(keys))
	for n := range keys {
		results[n] = &dataloader.Result[*float64]{Data: percents[n], Error: errs[n]}
	}
	return results
}
