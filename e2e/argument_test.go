package e2e

import "testing"

// What an argument cannot be is told by its name, whatever reads it: it is the
// caller's mistake, which is neither a panic nor a line in the log.
func TestArgumentsThatCannotBe(t *testing.T) {
	server := start(t, "LXD_CONNECTION_MODE=simulated")
	token := server.login(t)
	const file = `mutation($value: Upload!) { importInstance(input: {name: "x", archive: $value}) { operation { id } } }`
	for _, c := range []struct {
		asked    string
		value    any
		argument any
	}{
		{file, map[string]any{}, "input.archive"},
		{file, "x", "input.archive"},
		{`mutation { importInstance(input: {name: "x", archive: {}}) { operation { id } } }`, nil, "input.archive"},
		{`mutation($value: Int64!) { resizeStorageVolume(pool: "p", name: "v", sizeBytes: $value) { operation { id } } }`, "x", "sizeBytes"},
		{`mutation { resizeStorageVolume(pool: "p", name: "v", sizeBytes: {a: 1}) { operation { id } } }`, nil, "sizeBytes"},
		{`mutation { resizeStorageVolume(pool: "p", name: "v", sizeBytes: 99999999999999999999) { operation { id } } }`, nil, nil},
		{`mutation { runCommand(name: "x", command: ["x"], environment: 1e400) { exitCode } }`, nil, nil},
		{`mutation { createApiToken(input: {description: "x", expiresAt: "tomorrow"}) { token } }`, nil, "input.expiresAt"},
	} {
		variables := map[string]any{}
		if c.value != nil {
			variables["value"] = c.value
		}
		got := server.ask(t, token, c.asked, variables)
		if got.code() != "BAD_USER_INPUT" || got.Errors[0].Extensions["argument"] != c.argument {
			t.Errorf("%s with %v: want BAD_USER_INPUT of %v, got %s", c.asked, c.value, c.argument, got.Text)
		}
	}
}

// Whether something is asked for is decided by true or by false: a null there is
// the caller's mistake as well.
func TestConditionsAreDecided(t *testing.T) {
	server := start(t, "LXD_CONNECTION_MODE=simulated")
	token := server.login(t)
	for _, asked := range []string{
		`query($value: Boolean = false) { instances @include(if: $value) { totalCount } }`,
		`query($value: Boolean = false) { instances { nodes { name @skip(if: $value) } } }`,
		`query($value: Boolean = false) { instances { ... @skip(if: $value) { totalCount } } }`,
		`query($value: Boolean = false) { instances { ...a } } fragment a on InstanceConnection { ...b @include(if: $value) } fragment b on InstanceConnection { totalCount }`,
		`query($value: Boolean = false) { health { ok: __typename @include(if: $value) } }`,
	} {
		if got := server.ask(t, token, asked, map[string]any{"value": nil}); got.code() != "BAD_USER_INPUT" {
			t.Errorf("%s with null: %s", asked, got.Text)
		}
		for _, variables := range []map[string]any{{}, {"value": true}} {
			if got := server.ask(t, token, asked, variables); got.code() != "" {
				t.Errorf("%s with %v: %s", asked, variables, got.Text)
			}
		}
	}
}
