package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// volume is the custom volume that a path names.
func (s *Streams) volume(r *http.Request, ask asked) (*lxd.StorageVolume, error) {
	pool, err := ask.part(r, "pool")
	if err != nil {
		return nil, err
	}
	name, err := ask.part(r, "volume")
	if err != nil {
		return nil, err
	}
	return s.LXD.CustomVolume(r.Context(), scope(r), ask.project(), pool, name, ask.Get("location"))
}

// exportVolume answers with a backup of a volume that is made for this.
func (s *Streams) exportVolume(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	compression, err := ask.compression()
	if err != nil {
		return err
	}
	optimized, err := ask.flag("optimized", false)
	if err != nil {
		return err
	}
	volumeOnly, err := ask.flag("volumeOnly", false)
	if err != nil {
		return err
	}
	volume, err := s.volume(r, ask)
	if err != nil {
		return err
	}
	as := scope(r)
	return s.send(w, r, &export{
		description: "Exporting storage volume", project: volume.Project, file: volume.Name + suffix(compression), resources: volumeResources(volume.Pool, volume.Name),
		make: func(ctx context.Context, backup string, expiresAt *lxd.Time) (*lxd.Operation, error) {
			return s.LXD.CreateStorageVolumeBackup(ctx, as, volume, &lxd.CreateStorageVolumeBackupInput{Name: backup, ExpiresAt: expiresAt, VolumeOnly: &volumeOnly, OptimizedStorage: &optimized, Compression: compression})
		},
		open: func(ctx context.Context, backup string) (*http.Response, error) {
			return s.LXD.ReadStorageVolumeBackup(ctx, as, volume, backup, nil)
		},
		remove: func(ctx context.Context, backup string) (*lxd.Operation, error) {
			made, err := s.LXD.StorageVolumeBackup(ctx, lxd.System, volume, backup)
			if err != nil {
				return nil, err
			}
			return s.LXD.DeleteStorageVolumeBackup(ctx, lxd.System, made)
		},
	})
}

func volumeResources(pool, name string) map[string][]string {
	return map[string][]string{"storage_volumes": {"/1.0/storage-pools/" + pool + "/volumes/custom/" + name}}
}

// readVolumeBackup answers with a backup that LXD keeps, or a part of it.
func (s *Streams) readVolumeBackup(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	volume, err := s.volume(r, ask)
	if err != nil {
		return err
	}
	backup, err := ask.part(r, "backup")
	if err != nil {
		return err
	}
	response, err := s.LXD.ReadStorageVolumeBackup(r.Context(), scope(r), volume, backup, r.Header)
	if err != nil {
		return err
	}
	return s.kept(w, r, response, volume.Name+"-"+backup+".backup")
}

// importVolume makes a custom volume from the archive that is the body, or with
// replace puts it into the place of one.
func (s *Streams) importVolume(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	pool, err := ask.part(r, "pool")
	if err != nil {
		return err
	}
	input := &lxd.ImportStorageVolume{Pool: pool, Name: ask.Get("name"), Project: ask.project(), Kind: "backup", Size: r.ContentLength}
	if ask.Has("type") {
		input.Kind = ask.Get("type")
	}
	var replaced *lxd.StorageVolume
	if name := ask.Get("replace"); name != "" {
		if input.Name != "" && input.Name != name {
			return &lxd.InputError{Argument: "name", Message: "what replaces a volume has its name: leave name out"}
		}
		if replaced, err = s.LXD.CustomVolume(r.Context(), scope(r), ask.project(), pool, name, ask.Get("location")); err != nil {
			return err
		}
		input.Name = "lxdql-" + strings.ToLower(rand.Text()[:16])
	}
	coming, err := s.volumeArrival(r.Context(), scope(r), input, replaced, ask.Get("description"))
	if err != nil {
		return err
	}
	return receive(s, w, r, coming, created, func(made *lxd.StorageVolume) map[string]any {
		return map[string]any{"volume": map[string]any{"id": made.ID(), "name": made.Name, "pool": made.Pool, "project": made.Project}}
	})
}

// volumeArrival is a custom volume that comes as an archive, into the place of
// another one where that is not nil.
func (s *Streams) volumeArrival(ctx context.Context, as lxd.Scope, input *lxd.ImportStorageVolume, replaced *lxd.StorageVolume, description string) (*arrival[*lxd.StorageVolume], error) {
	if err := input.Check(ctx, s.LXD, as); err != nil {
		return nil, err
	}
	if replaced != nil { // before anything is sent: that it is in use is known already
		if err := replaced.Replaceable(replaced); err != nil {
			return nil, err
		}
	}
	return &arrival[*lxd.StorageVolume]{"Importing storage volume", input.Project, volumeResources(input.Pool, input.Name), func(ctx context.Context, t *work.Transfer, archive *received) (*lxd.StorageVolume, error) {
		made, err := s.receiveVolume(ctx, t, as, input, archive)
		if err != nil {
			return nil, err
		}
		return s.settleVolume(context.WithoutCancel(ctx), t, as, made, replaced, description)
	}}, nil
}

// receiveVolume makes the volume.
func (s *Streams) receiveVolume(ctx context.Context, t *work.Transfer, as lxd.Scope, input *lxd.ImportStorageVolume, archive *received) (*lxd.StorageVolume, error) {
	body := archive.raw()
	if check := s.LXD.NewArchiveCheck(ctx, as, input.Project); check != nil && input.Kind == "backup" {
		body, input.Size = archive.looked(check), -1
	}
	sending, sent := archive.patient(ctx)
	defer sent()
	importing, err := s.LXD.SendStorageVolume(sending, as, input, body)
	archive.done(t)
	if err != nil {
		return nil, err
	}
	if err := t.Follow(context.WithoutCancel(ctx), "import", importing); err != nil {
		return nil, roomError(err)
	}
	return s.LXD.StorageVolume(context.WithoutCancel(ctx), as, input.Project, input.Pool, lxd.VolumeCustom, input.Name, "")
}

// settleVolume gives a volume what else it was to have: the place of another,
// and a description. What cannot replace is removed.
func (s *Streams) settleVolume(ctx context.Context, t *work.Transfer, as lxd.Scope, made, replaced *lxd.StorageVolume, description string) (*lxd.StorageVolume, error) {
	if replaced != nil {
		if err := s.takePlace(ctx, t, as, made, replaced); err != nil {
			return nil, err
		}
	}
	name := made.Name
	if replaced != nil {
		name = replaced.Name
	}
	now, err := s.LXD.StorageVolume(ctx, as, made.Project, made.Pool, lxd.VolumeCustom, name, "")
	if err != nil || description == "" {
		return now, err
	}
	changing, err := s.Work.UpdateStorageVolume(ctx, as, nil, now, nil, &lxd.UpdateStorageVolumeInput{Description: &description})
	if err != nil {
		return nil, err
	}
	return now, t.Await(ctx, changing)
}

// takePlace deletes a volume and gives its name to another. The last look is
// the latest that is possible.
func (s *Streams) takePlace(ctx context.Context, t *work.Transfer, as lxd.Scope, made, replaced *lxd.StorageVolume) error {
	_, err := s.Work.Alone(ctx, replaced.ID(), func(ctx context.Context) (*lxd.Operation, error) {
		now, err := s.LXD.StorageVolume(ctx, as, replaced.Project, replaced.Pool, lxd.VolumeCustom, replaced.Name, "")
		if err == nil {
			err = now.Replaceable(made)
		}
		if err == nil {
			err = s.finished(ctx, t)(s.LXD.DeleteStorageVolume(ctx, as, nil, now))
		}
		if err != nil {
			return nil, errors.Join(err, s.finished(ctx, t)(s.LXD.DeleteStorageVolume(ctx, as, nil, made)))
		}
		return s.LXD.RenameStorageVolume(ctx, as, made, replaced.Name)
	})
	return err
}

// finished waits for an operation that LXD began.
func (s *Streams) finished(ctx context.Context, t *work.Transfer) func(*lxd.Operation, error) error {
	return func(operation *lxd.Operation, err error) error {
		if err != nil {
			return err
		}
		return t.Await(ctx, operation)
	}
}
