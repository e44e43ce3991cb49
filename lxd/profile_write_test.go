package lxd

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// hostile is a project with a profile that reaches the host, one that hides it,
// and whatever a test writes there.
func hostile(t *testing.T, sent *[]string) *Client {
	t.Helper()
	return onSocket(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodGet {
			*sent = append(*sent, r.Method+" "+r.URL.Path+" "+string(body))
		}
		const host = `{"name":"host","config":{"security.privileged":"true"},"devices":{"data":{"type":"disk","source":"/etc","path":"/data"}}}`
		const cover = `{"name":"cover","config":{"user.a":"1"},"devices":{"data":{"type":"none"},"more":{"type":"none"}}}`
		switch {
		case r.Method != http.MethodGet:
			io.WriteString(w, `{"type":"sync","metadata":{}}`)
		case r.URL.Path == "/1.0/profiles":
			io.WriteString(w, `{"type":"sync","metadata":[`+host+`,`+cover+`]}`)
		case r.URL.Path == "/1.0/profiles/host":
			io.WriteString(w, `{"type":"sync","metadata":`+host+`}`)
		case r.URL.Path == "/1.0/profiles/cover":
			io.WriteString(w, `{"type":"sync","metadata":`+cover+`}`)
		case strings.HasPrefix(r.URL.Path, "/1.0/projects/"):
			io.WriteString(w, `{"type":"sync","metadata":{"name":"p","config":{"features.profiles":"true"}}}`)
		case r.URL.Path == "/1.0":
			io.WriteString(w, `{"type":"sync","metadata":{"api_extensions":[]}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, `{"type":"error","error_code":404,"error":"not found"}`)
		}
	})
}

// A profile of a project reaches no host by who administers only the project.
func TestAProfileReachesNoHostByAnAdministratorOfAProject(t *testing.T) {
	var sent []string
	client := hostile(t, &sent)
	project, text := "p", "x"
	mine := operator{} // may change p, and is no administrator of the server
	refused := func(err error, argument string) {
		t.Helper()
		var forbidden *ForbiddenError
		if !errors.As(err, &forbidden) || forbidden.Argument != argument {
			t.Errorf("%s: %v", argument, err)
		}
	}
	for argument, input := range map[string]*CreateProfileInput{
		"input.config.raw.lxc":        {Config: StringMap{"raw.lxc": "x", "limits.cpu": "1"}},
		"input.config.nvidia.runtime": {Config: StringMap{"nvidia.runtime": "true"}},
		"input.devices.host":          {Devices: DeviceMap{"host": {"type": "disk", "source": "/", "path": "/host"}}},
		"input.devices.eth0":          {Devices: DeviceMap{"eth0": {"type": "nic", "nictype": "physical", "parent": "eth0"}}},
	} {
		input.Name, input.Project = "new", &project
		_, err := client.CreateProfile(t.Context(), mine, nil, input)
		refused(err, argument)
		_, err = client.CreateProfile(t.Context(), mine, NewChangePlan(true), input)
		refused(err, argument)
	}
	for _, one := range []struct {
		name, argument string
		input          UpdateProfileInput
	}{
		{"cover", "input.config.security.nesting", UpdateProfileInput{Config: StringMapPatch{"security.nesting": &text}}},
		{"cover", "input.devices.gpu", UpdateProfileInput{Devices: DeviceMapPatch{"gpu": {"type": &[]string{"gpu"}[0]}}}},
		{"cover", "input.devices.data", UpdateProfileInput{Devices: DeviceMapPatch{"data": nil}}},
		{"host", "input.config.security.privileged", UpdateProfileInput{Config: StringMapPatch{"security.privileged": nil}}},
		{"host", "input.devices.data", UpdateProfileInput{Devices: DeviceMapPatch{"data": nil}}},
		{"host", "input.devices.data", UpdateProfileInput{Devices: DeviceMapPatch{"data": {"path": &text}}}},
	} {
		_, err := client.UpdateProfile(t.Context(), mine, nil, project, one.name, nil, &one.input)
		refused(err, one.argument)
	}
	if len(sent) != 0 {
		t.Fatalf("sent: %v", sent)
	}
	for name, input := range map[string]*UpdateProfileInput{
		"host":  {Description: &text, Config: StringMapPatch{"limits.cpu": &text}},
		"cover": {Devices: DeviceMapPatch{"more": nil}},
	} {
		if _, err := client.UpdateProfile(t.Context(), mine, nil, project, name, nil, input); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := client.UpdateProfile(t.Context(), System, nil, project, "cover", nil, &UpdateProfileInput{Devices: DeviceMapPatch{"data": nil}}); err != nil {
		t.Errorf("an administrator of the server: %v", err)
	}
	if len(sent) != 3 || strings.Contains(sent[2], `"data"`) {
		t.Errorf("sent: %v", sent)
	}
}
