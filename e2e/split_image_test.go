package e2e

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// splitImage is an image of two files that nobody else has.
func splitImage(t *testing.T) (metadata, rootfs []byte) {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	archive := tar.NewWriter(zipped)
	text := []byte("architecture: x86_64\ncreation_date: 1700000000\nproperties:\n  description: " + rand.Text() + "\n")
	if err := archive.WriteHeader(&tar.Header{Name: "metadata.yaml", Mode: 0o644, Size: int64(len(text)), ModTime: time.Unix(1700000000, 0)}); err != nil {
		t.Fatal(err)
	}
	archive.Write(text)
	archive.Close()
	zipped.Close()
	directory := t.TempDir()
	for _, name := range []string{"dev", "proc", "sys", "etc"} {
		if err := os.MkdirAll(filepath.Join(directory, "rootfs", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(directory, "rootfs", "etc", "hostname"), []byte("split\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	packed := filepath.Join(directory, "rootfs.squashfs")
	if told, err := exec.Command("mksquashfs", filepath.Join(directory, "rootfs"), packed, "-noappend", "-quiet").CombinedOutput(); err != nil {
		t.Fatalf("mksquashfs: %v %s", err, told)
	}
	rootfs, err := os.ReadFile(packed)
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), rootfs
}

// zipNames is how many files a zip has.
func zipNames(t *testing.T, data []byte) int {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Errorf("no zip: %v", err)
		return 0
	}
	return len(archive.File)
}
