package resolvers

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/mirror"
)

// key names an object of a project.
type key struct{ project, name string }

// loaders gather what the fields of one response ask for and ask LXD once.
// They live for one response only: a WebSocket lives for hours, and would
// serve yesterday's instance.
type loaders struct {
	// from is what is read from: all of a response from one picture.
	from *mirror.Reader
	live bool

	project   edge[string, *lxd.Project]
	profile   edge[key, *lxd.Profile]
	image     edge[key, *lxd.Image]
	instance  edge[key, *lxd.Instance]
	state     *dataloader.Loader[*lxd.Instance, *lxd.InstanceState]
	snapshots *dataloader.Loader[*lxd.Instance, []*lxd.InstanceSnapshot]
	// full are instances with their state; snapshotNames are by project and pool.
	full          *dataloader.Loader[key, *lxd.Instance]
	snapshotNames *dataloader.Loader[key, map[string][]string]
	usage         *dataloader.Loader[string, []*lxd.ProjectUsage]
	backups       *dataloader.Loader[*lxd.Instance, []*lxd.InstanceBackup]
	logs          *dataloader.Loader[*lxd.Instance, []*lxd.InstanceLog]
	logContent    *dataloader.Loader[askedLog, string]
	consoleLog    *dataloader.Loader[askedConsole, *string]
	files         *dataloader.Loader[askedFiles, []*lxd.InstanceFile]
	metadata      *dataloader.Loader[*lxd.Instance, *lxd.InstanceMetadata]
	template      *dataloader.Loader[*lxd.InstanceTemplate, string]
	uefiVars      *dataloader.Loader[*lxd.Instance, lxd.JSON]
	instanceETag  *dataloader.Loader[*lxd.Instance, *string]
	cpuPercent    *dataloader.Loader[key, *float64]
	operations    *dataloader.Loader[string, []*lxd.Operation]
	etag          *dataloader.Loader[lxd.Versioned, *string]

	pool            edge[string, *lxd.StoragePool]
	poolResources   *dataloader.Loader[string, *lxd.StoragePoolResources]
	poolVolumes     *dataloader.Loader[string, []*lxd.StorageVolume]
	volume          edge[key, *lxd.StorageVolume]
	volumeState     *dataloader.Loader[*lxd.StorageVolume, *lxd.StorageVolumeState]
	volumeSnapshots *dataloader.Loader[*lxd.StorageVolume, []*lxd.StorageVolumeSnapshot]
	volumeBackups   *dataloader.Loader[*lxd.StorageVolume, []*lxd.StorageVolumeBackup]
	bucketKeys      *dataloader.Loader[*lxd.StorageBucket, []*lxd.StorageBucketKey]
	poolETag        *dataloader.Loader[*lxd.StoragePool, *string]
	volumeETag      *dataloader.Loader[*lxd.StorageVolume, *string]
	volumeActions   *dataloader.Loader[*lxd.StorageVolume, []lxd.StorageVolumeAction]
	snapshotETag    *dataloader.Loader[*lxd.StorageVolumeSnapshot, *string]
	bucketETag      *dataloader.Loader[*lxd.StorageBucket, *string]

	network       edge[key, *lxd.Network]
	networkState  *dataloader.Loader[lxd.NetworkKey, *lxd.NetworkState]
	leases        *dataloader.Loader[askedLeases, []*lxd.Lease]
	forwards      *dataloader.Loader[lxd.NetworkKey, []*lxd.NetworkForward]
	peers         *dataloader.Loader[lxd.NetworkKey, []*lxd.NetworkPeer]
	loadBalancers *dataloader.Loader[lxd.NetworkKey, []*lxd.NetworkLoadBalancer]
	acl           edge[key, *lxd.NetworkAcl]
	aclLog        *dataloader.Loader[key, string]
	zone          *dataloader.Loader[key, *lxd.NetworkZone]
	zoneRecords   *dataloader.Loader[key, []*lxd.NetworkZoneRecord]
	networkETag   *dataloader.Loader[lxd.NetworkObject, *string]

	resources   *dataloader.Loader[string, *lxd.ServerResources] // by member, "" outside a cluster
	memberState *dataloader.Loader[string, lxd.JSON]

	// Lists that are read once for any number of objects that look into them.
	allProjects  func(context.Context) ([]*lxd.Project, error)
	allInstances func(context.Context) ([]*lxd.Instance, error)
	allPools     func(context.Context) ([]*lxd.StoragePool, error)
	allVolumes   func(context.Context) ([]*lxd.StorageVolume, error)
	allMembers   func(context.Context) ([]*lxd.ClusterMember, error)
	allGroups    func(context.Context) ([]*lxd.ClusterGroup, error)
}

type loadersKey struct{}

// held are the loaders of one response, made when the first is asked for: most
// events ask for none, and making them would be most of what an event costs.
type held struct {
	resolver *Resolver
	live     atomic.Bool
	doubting bool        // the caller wants LXD's own answers, for what memory holds
	doubted  atomic.Bool // and so a part of the response has others
	made     atomic.Pointer[loaders]
}

func (h *held) get() *loaders {
	for {
		if made := h.made.Load(); made != nil {
			return made
		}
		h.made.CompareAndSwap(nil, h.resolver.newLoaders(h.reader()))
	}
}

func (h *held) reader() (from *mirror.Reader, live bool) {
	live = h.live.Load()
	switch {
	case h.resolver.Mirror == nil:
		return mirror.Live(h.resolver.LXD), live
	case h.doubting:
		return h.resolver.Mirror.Doubting(), live
	}
	return h.resolver.Mirror.Reader(live), live
}

// WithLoaders puts fresh loaders into the context of one response, which may
// read from memory.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context { return r.with(ctx, false) }

// live puts fresh loaders into the context that read from LXD itself.
func (r *Resolver) live(ctx context.Context) context.Context { return r.with(ctx, true) }

// doubting is live for a caller who does not want what memory holds.
func (r *Resolver) doubting(ctx context.Context) context.Context {
	ctx.Value(loadersKey{}).(*held).doubted.Store(true)
	ctx = r.live(ctx)
	ctx.Value(loadersKey{}).(*held).doubting = true
	return ctx
}

func (r *Resolver) with(ctx context.Context, live bool) context.Context {
	holder := &held{resolver: r}
	holder.live.Store(live)
	return context.WithValue(ctx, loadersKey{}, holder)
}

func load(ctx context.Context) *loaders { return ctx.Value(loadersKey{}).(*held).get() }

// forget makes the fields after a change see what the change did.
func (r *Resolver) forget(ctx context.Context) { ctx.Value(loadersKey{}).(*held).made.Store(nil) }

// again forgets, and reads from LXD or from memory from now on.
func (r *Resolver) again(ctx context.Context, live bool) {
	holder := ctx.Value(loadersKey{}).(*held)
	holder.live.Store(live)
	holder.made.Store(nil)
}

// gather is how long a loader waits for more keys; the library's 16 ms would
// be most of an answer's time.
const gather = 500 * time.Microsecond

func newLoader[K comparable, V any](batch dataloader.BatchFunc[K, V]) *dataloader.Loader[K, V] {
	return dataloader.NewBatchedLoader(batch, dataloader.WithWait[K, V](gather))
}

func (r *Resolver) newLoaders(from *mirror.Reader, live bool) *loaders {
	allProjects := once(func(ctx context.Context) ([]*lxd.Project, error) { return from.Projects(ctx, scope(ctx)) })
	loading := &loaders{
		from: from, live: live,
		allProjects: allProjects,
		allInstances: once(func(ctx context.Context) ([]*lxd.Instance, error) {
			return from.Instances(ctx, scope(ctx), lxd.InstanceList{AllProjects: true})
		}),
		project: edge[string, *lxd.Project]{newLoader(fromOne(allProjects, func(p *lxd.Project) string { return p.Name })), heldAs[lxd.Project](from, func(name string) mirror.Key {
			return mirror.Key{Kind: mirror.Projects, Name: name}
		})},
		profile:  edge[key, *lxd.Profile]{newLoader(perProject(from.Profiles, func(p *lxd.Profile) string { return p.Name })), heldOf[lxd.Profile](from, mirror.Profiles)},
		image:    edge[key, *lxd.Image]{newLoader(perProject(from.Images, func(i *lxd.Image) string { return i.Fingerprint })), heldOf[lxd.Image](from, mirror.Images)},
		instance: edge[key, *lxd.Instance]{newLoader(r.instanceBatch), orAsked(heldOf[lxd.Instance](from, mirror.Instances))},
		full: newLoader(oneByOne(func(ctx context.Context, k key) (*lxd.Instance, error) {
			return r.LXD.Instance(ctx, scope(ctx), k.project, k.name)
		})),
		snapshotNames: newLoader(oneByOne(func(ctx context.Context, k key) (map[string][]string, error) {
			return r.LXD.SnapshotNames(ctx, scope(ctx), k.project, k.name)
		})),
		state: newLoader(oneByOne(func(ctx context.Context, i *lxd.Instance) (*lxd.InstanceState, error) {
			return r.LXD.InstanceState(ctx, scope(ctx), i)
		})),
		snapshots: newLoader(oneByOne(func(ctx context.Context, i *lxd.Instance) ([]*lxd.InstanceSnapshot, error) {
			return from.InstanceSnapshots(ctx, scope(ctx), i)
		})),
		usage: newLoader(oneByOne(func(ctx context.Context, project string) ([]*lxd.ProjectUsage, error) {
			return r.LXD.ProjectUsage(ctx, scope(ctx), project)
		})),
	}
	loading.etag = newLoader(oneByOne(func(ctx context.Context, object lxd.Versioned) (*string, error) {
		return r.LXD.ETag(ctx, scope(ctx), object)
	}))
	r.instanceLoaders(loading)
	r.storageLoaders(loading)
	r.networkLoaders(loading)
	r.serverLoaders(loading)
	return loading
}
