package lxd

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The longest names: a volume's is part of a file's name, together with that
// of its project, and LXD itself fails halfway at longer ones (seen on 5.0.2).
const (
	longestPoolName   = 63
	longestVolumeName = 190
	longestChildName  = 63
)

// checkStorageName refuses a name that LXD would refuse, and those that it
// takes and cannot find again: "." and ".." (seen on 5.0.2).
func checkStorageName(argument, kind, name string, longest int, spaces bool) error {
	strange := strings.ContainsFunc(name, func(r rune) bool {
		return r == '/' || unicode.IsControl(r) || r == unicode.ReplacementChar || (!spaces && unicode.IsSpace(r))
	})
	if name == "" || len(name) > longest || name == "." || name == ".." || strange {
		what := "no slash and no white space"
		if spaces {
			what = "no slash"
		}
		return &InputError{argument, kind + "'s name has 1 to " + strconv.Itoa(longest) + " bytes, " + what + ", and is neither . nor .."}
	}
	return nil
}

func checkPoolName(argument, name string) error {
	return checkStorageName(argument, "a storage pool", name, longestPoolName, false)
}

func checkVolumeName(argument, name string) error {
	return checkStorageName(argument, "a volume", name, longestVolumeName, true)
}

func checkVolumeSnapshotName(argument, name string) error {
	return checkStorageName(argument, "a snapshot", name, longestChildName, false)
}

func checkVolumeBackupName(argument, name string) error {
	return checkStorageName(argument, "a backup", name, longestChildName, true)
}

// bucketName is the rule of the S3 protocol, which LXD follows.
var bucketName = regexp.MustCompile(`^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$`)

func checkBucketName(argument, name string) error {
	if !bucketName.MatchString(name) || strings.Contains(name, "..") {
		return &InputError{argument, "a bucket's name has 3 to 63 small letters, digits, dots and dashes, and begins and ends with a letter or digit"}
	}
	return nil
}

func checkBucketKeyName(argument, name string) error {
	return checkStorageName(argument, "an access key", name, longestChildName, false)
}
