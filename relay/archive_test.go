package relay

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// What stands where in a backup: one line an entry, and whether it may.
func TestEntriesHaveTheirPlace(t *testing.T) {
	for _, entry := range []struct {
		name string
		kind byte
		link string
		fits bool
	}{
		{"backup/index.yaml", tar.TypeReg, "", true},
		{"backup/index.yaml", tar.TypeSymlink, "x", false},
		{"backup/container", tar.TypeDir, "", true},
		{"backup/container", tar.TypeSymlink, "/etc", false},
		{"backup/container/backup.yaml", tar.TypeDir, "", false},
		{"backup/container/backup.yaml", tar.TypeLink, "backup/container/rootfs/x", false},
		{"backup/container/rootfs", tar.TypeSymlink, "/", false},
		{"backup/container/rootfs/etc/mtab", tar.TypeSymlink, "/proc/mounts", true},
		{"backup/container/rootfs/a", tar.TypeLink, "backup/container/rootfs/b", true},
		{"backup/container/rootfs/a", tar.TypeLink, "backup/container/rootfs/../backup.yaml", false},
		{"backup/container/rootfs/dev/null", tar.TypeChar, "", true},
		{"backup/container/rootfs/dev/sda", tar.TypeBlock, "", false},
		{"backup/container/x", tar.TypeSymlink, "y", false},
		{"backup/snapshots/s0/rootfs/x", tar.TypeReg, "", true},
		{"backup/snapshots/s0/templates", tar.TypeSymlink, "/etc", false},
		{"backup/virtual-machine.img", tar.TypeReg, "", true},
		{"backup/container.bin", tar.TypeReg, "", false},
		{"backup/volume/x", tar.TypeReg, "", true},
		{"backup/volume", tar.TypeSymlink, "/", false},
		{"backup/volume.bin", tar.TypeReg, "", false},
		{"other", tar.TypeReg, "", false},
	} {
		header := &tar.Header{Name: entry.name, Typeflag: entry.kind, Linkname: entry.link, Devmajor: 1, Devminor: 3}
		if placeOf(entry.name).fits(header) != entry.fits {
			t.Errorf("%s %c %s: want %v", entry.name, entry.kind, entry.link, entry.fits)
		}
	}
}

// An archive is read however it is compressed, as far as it can be for certain.
func TestArchivesAreUnpacked(t *testing.T) {
	var plain, zipped, small bytes.Buffer
	writer := tar.NewWriter(&plain)
	writer.WriteHeader(&tar.Header{Name: "x", Size: 1, Format: tar.FormatPAX})
	writer.Write([]byte("x"))
	writer.Close()
	zip := gzip.NewWriter(&zipped)
	zip.Write(plain.Bytes())
	zip.Close()
	zst, err := zstd.NewWriter(&small)
	if err != nil {
		t.Fatal(err)
	}
	zst.Write(plain.Bytes())
	zst.Close()
	for what, archive := range map[string]*bytes.Buffer{"tar": bytes.NewBuffer(plain.Bytes()), "gzip": &zipped, "zstd": &small} {
		reader, done, err := unpacked(archive)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		data, err := io.ReadAll(reader)
		done()
		if err != nil || !bytes.Equal(data, plain.Bytes()) {
			t.Errorf("%s: %v, %d bytes", what, err, len(data))
		}
	}
	if _, _, err := unpacked(strings.NewReader("\xfd7zXZ\x00")); err == nil {
		t.Error("xz is looked into")
	}
}
