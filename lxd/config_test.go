package lxd

import "testing"

// Addresses in their one form; a port that is not named is 8443.
func TestRemoteURLs(t *testing.T) {
	for text, want := range map[string]string{
		"https://host:8443": "https://host:8443", "https://host:8443/": "https://host:8443", "https://host": "https://host:8443",
		"https://[::1]": "https://[::1]:8443", "https://[::1]:1": "https://[::1]:1", "https://host:": "https://host:8443",
		"http://host": "", "host:8443": "", "https://": "", "https://a:b@host": "", "https://host/1.0": "", "https://host?a": "", "https://host#a": "", "": "",
	} {
		if got, err := RemoteURL(text); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q (%v)", text, got, err)
		}
	}
}
