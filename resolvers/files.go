package resolvers

import (
	"context"
	"slices"

	"github.com/lxdql/lxdql/lxd"
)

// askedFiles is a directory of an instance, with what its links point at or without.
type askedFiles struct {
	instance *lxd.Instance
	path     string
	targets  bool
}

func filesOf(ctx context.Context, instance *lxd.Instance, path *string) ([]*lxd.InstanceFile, error) {
	directory := "/"
	if path != nil {
		directory = *path
	}
	directory, err := lxd.CheckFilePath(directory)
	if err != nil {
		return nil, err
	}
	return load(ctx).files.Load(ctx, askedFiles{instance, directory, slices.Contains(selected(ctx, ""), "target")})()
}

func (r *Resolver) listFiles(ctx context.Context, asked askedFiles) ([]*lxd.InstanceFile, error) {
	files, err := r.LXD.OpenFiles(ctx, scope(ctx), asked.instance.Project, asked.instance.Name)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	return files.List(ctx, asked.path, asked.targets)
}
