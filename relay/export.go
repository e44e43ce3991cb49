package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lxdql/lxdql/lxd"
	"github.com/lxdql/lxdql/work"
)

// forgotten is when LXD itself removes a backup that was made for an export,
// should lxdql be killed before it does.
const forgotten = 24 * time.Hour

// export is something that LXD makes a backup of.
type export struct {
	description, project, file string
	resources                  map[string][]string
	make                       func(ctx context.Context, backup string, expiresAt *lxd.Time) (*lxd.Operation, error)
	open                       func(ctx context.Context, backup string) (*http.Response, error)
	remove                     func(ctx context.Context, backup string) (*lxd.Operation, error)
}

// suffixes are what people end the names of archives with.
var suffixes = map[lxd.Compression]string{
	lxd.CompressionNone: ".tar", lxd.CompressionGzip: ".tar.gz", lxd.CompressionBzip2: ".tar.bz2",
	lxd.CompressionXz: ".tar.xz", lxd.CompressionLzma: ".tar.lzma", lxd.CompressionZstd: ".tar.zst",
}

// compression is how an archive is wanted; nil is LXD's own choice.
func (a asked) compression() (*lxd.Compression, error) {
	if !a.Has("compression") {
		return nil, nil
	}
	wanted := lxd.Compression(strings.ToUpper(a.Get("compression")))
	if suffixes[wanted] == "" {
		return nil, &lxd.InputError{Argument: "compression", Message: "compression is none, gzip, bzip2, xz, lzma or zstd"}
	}
	return &wanted, nil
}

func suffix(compression *lxd.Compression) string {
	if compression == nil {
		return ".backup"
	}
	return suffixes[*compression]
}

// send makes a backup, sends it and removes it, as one operation of ours.
func (s *Streams) send(w http.ResponseWriter, r *http.Request, e *export) error {
	summed, err := parameters(r).flag("checksum", true)
	if err != nil {
		return err
	}
	return s.Work.Transfer(r.Context(), e.description, e.project, e.resources, func(ctx context.Context, t *work.Transfer) error {
		to := s.callerOf(w, r)
		defer to.endWith(ctx)()
		name := "lxdql-" + strings.ToLower(rand.Text()[:16])
		making, err := e.make(ctx, name, &lxd.Time{Time: time.Now().Add(forgotten).UTC()})
		if err != nil {
			return err
		}
		remove := t.Finally(func(ctx context.Context) error { return removed(ctx, t, e, name, making) })
		w.Header().Set("X-Operation-ID", t.Operation().ID())
		to.hint()
		if err := s.made(ctx, t, making); err != nil {
			return err
		}
		response, err := e.open(ctx, name)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		remove() // LXD has it open by now, and sends it to its end (5.0.2, seen): nothing is left, whatever happens to us
		t.Stage("download", response.ContentLength)
		meter := newMeter(summed, t.Passed)
		w.Header().Set("Content-Disposition", `attachment; filename="`+plain(e.file)+`"`)
		err = passOn(ctx, to, response, []string{"Content-Length"}, meter)
		t.Sum(meter.bytes(), meter.sha256())
		return err
	})
}

// lookForRoom is how often is looked whether LXD has room for a backup.
const lookForRoom = 5 * time.Second

// made waits for the backup. One that LXD has no room for it would never end: see
// [lxd.Client.BackupsFull].
func (s *Streams) made(ctx context.Context, t *work.Transfer, making *lxd.Operation) error {
	following, give := context.WithCancelCause(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer give(nil)
	looking.Go(func() {
		ticks := time.NewTicker(lookForRoom)
		defer ticks.Stop()
		for before := false; ; {
			select {
			case <-following.Done():
				return
			case <-ticks.C:
			}
			full, err := s.LXD.BackupsFull(following)
			if before && full && err == nil { // twice: nobody has made room meanwhile
				give(errNoRoom)
			}
			before = full && err == nil
		}
	})
	err := t.Follow(following, "backup", making)
	if errors.Is(context.Cause(following), errNoRoom) {
		return errNoRoom
	}
	return roomError(err)
}

var errNoRoom error = &lxd.LimitError{Message: "LXD's disk for backups is full"}

// roomError says of an operation that it failed because a disk is full.
func roomError(err error) error {
	if lxd.SaysFull(err) {
		return &lxd.LimitError{Message: "LXD's disk is full: " + err.Error()}
	}
	return err
}

// patienceForMaking is how long a backup that nobody wants may take to be made
// before it is removed while it is.
const patienceForMaking = 5 * time.Second

// removed takes the backup away, also one that is still being made, which LXD
// cannot be stopped doing: what it goes on to write has no name any more.
func removed(ctx context.Context, t *work.Transfer, e *export, name string, making *lxd.Operation) error {
	patient, cancel := context.WithTimeout(ctx, patienceForMaking)
	defer cancel()
	_ = t.Await(patient, making) // one that was never made is gone already
	removing, err := e.remove(ctx, name)
	if lxd.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return t.Await(ctx, removing)
}

// exportInstance answers with a backup of an instance that is made for this.
func (s *Streams) exportInstance(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	name, err := ask.part(r, "name")
	if err != nil {
		return err
	}
	compression, err := ask.compression()
	if err != nil {
		return err
	}
	optimized, err := ask.flag("optimized", false)
	if err != nil {
		return err
	}
	instanceOnly, err := ask.flag("instanceOnly", false)
	if err != nil {
		return err
	}
	instance, err := s.LXD.InstanceObject(r.Context(), scope(r), ask.project(), name)
	if err != nil {
		return err
	}
	as, project := scope(r), instance.Project
	return s.send(w, r, &export{
		description: "Exporting instance", project: project, file: name + suffix(compression),
		resources: map[string][]string{"instances": {lxd.InstancePath(project, name)}},
		make: func(ctx context.Context, backup string, expiresAt *lxd.Time) (*lxd.Operation, error) {
			return s.LXD.CreateInstanceBackup(ctx, as, project, name, &lxd.CreateInstanceBackupInput{Name: backup, ExpiresAt: expiresAt, InstanceOnly: &instanceOnly, OptimizedStorage: &optimized, Compression: compression})
		},
		open: func(ctx context.Context, backup string) (*http.Response, error) {
			return s.LXD.ReadInstanceBackup(ctx, as, project, name, backup, nil)
		},
		remove: func(ctx context.Context, backup string) (*lxd.Operation, error) {
			return s.LXD.DeleteInstanceBackup(ctx, lxd.System, project, name, backup)
		},
	})
}

// backupHeaders are LXD's headers that a caller gets with a backup.
var backupHeaders = []string{"Last-Modified", "Content-Range", "Accept-Ranges", "Content-Length"}

// readInstanceBackup answers with a backup that LXD keeps, or a part of it.
func (s *Streams) readInstanceBackup(w http.ResponseWriter, r *http.Request) error {
	ask := parameters(r)
	name, err := ask.part(r, "name")
	if err != nil {
		return err
	}
	backup, err := ask.part(r, "backup")
	if err != nil {
		return err
	}
	response, err := s.LXD.ReadInstanceBackup(r.Context(), scope(r), ask.project(), name, backup, r.Header)
	if err != nil {
		return err
	}
	return s.kept(w, r, response, name+"-"+backup+".backup")
}

// kept answers with a backup that is there.
func (s *Streams) kept(w http.ResponseWriter, r *http.Request, response *http.Response, file string) error {
	defer response.Body.Close()
	summed, err := parameters(r).flag("checksum", true)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", `attachment; filename="`+plain(file)+`"`)
	return passOn(r.Context(), s.callerOf(w, r), response, slices.Clone(backupHeaders), newMeter(summed && whole(r, response), nil))
}
