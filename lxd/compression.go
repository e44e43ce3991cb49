package lxd

import "strings"

// Compression is how a backup or an image is compressed. It is a closed set: LXD
// of 5.0.2 runs whatever program a text names.
type Compression string

// The compressions.
const (
	CompressionNone     Compression = "NONE"
	CompressionGzip     Compression = "GZIP"
	CompressionBzip2    Compression = "BZIP2"
	CompressionXz       Compression = "XZ"
	CompressionLzma     Compression = "LZMA"
	CompressionZstd     Compression = "ZSTD"
	CompressionSquashfs Compression = "SQUASHFS"
)

// Algorithm is LXD's name of it; "" is what LXD's configuration says.
func (c *Compression) Algorithm() string {
	if c == nil {
		return ""
	}
	return strings.ToLower(string(*c))
}
