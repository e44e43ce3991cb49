package e2e

import (
	"archive/tar"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// tarNames are the names in an archive, in order, with what links point at.
func tarNames(t *testing.T, data []byte) string {
	t.Helper()
	var names []string
	archive := tar.NewReader(bytes.NewReader(data))
	for {
		header, err := archive.Next()
		if err == io.EOF {
			slices.Sort(names)
			return strings.Join(names, " ")
		}
		if err != nil {
			t.Errorf("no archive: %v", err)
			return ""
		}
		name := header.Name
		if header.Linkname != "" {
			name += ">" + header.Linkname
		}
		names = append(names, name)
	}
}
