package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with the file is said by its line: what stands there is secret.
func TestEnvFilesAreNotToldAbout(t *testing.T) {
	for text, line := range map[string]string{
		"A_TEST=1\nAPP PORT\nJWT_SECRET=hunter2\n":               "line 2 ",
		"A_TEST=1\n\n# more\nSEED_ADMIN_PASSWORD=\"hunter2\nB=1": "line 4 ",
		"hunter2 hunter2\n": "line 1 ",
	} {
		file := filepath.Join(t.TempDir(), ".env")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := loadEnv(file); err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: want %s: %v", text, line, err)
		}
	}
	t.Setenv("LOADED_BEFORE", "kept")
	file := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(file, []byte("LOADED_BEFORE=new\nLOADED_NOW=\"a b\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Unsetenv("LOADED_NOW")
	if err := loadEnv(file); err != nil || os.Getenv("LOADED_BEFORE") != "kept" || os.Getenv("LOADED_NOW") != "a b" {
		t.Errorf("loaded: %v %q %q", err, os.Getenv("LOADED_BEFORE"), os.Getenv("LOADED_NOW"))
	}
	if err := loadEnv(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}
