package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"testing"
)

// measure is a value of /metrics; -1 where there is none.
func (s *running) measure(name string) float64 {
	s.t.Helper()
	request, err := http.NewRequest(http.MethodGet, s.url+"/metrics", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer a token")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatal(response.Status, err)
	}
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindSubmatch(text)
	if found == nil {
		return -1
	}
	value, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		s.t.Fatal(err)
	}
	return value
}

// What was planned, kept and held is counted, and what goes wrong with it.
func TestMetricsCount(t *testing.T) {
	server, without := pair(t, func(config *Config) { config.MetricsToken = "a token" })
	admin, _ := callers(t, server)
	settled(t, admin, server)
	planned, hits := server.measure(`lxdql_plan_fields_total{outcome="planned"}`), server.measure("lxdql_answers_hits_total")
	for range 3 {
		server.get(admin, `{ profiles { nodes { name description } } }`, nil, "")
	}
	if after := server.measure(`lxdql_plan_fields_total{outcome="planned"}`); after != planned+1 {
		t.Errorf("%v fields were planned, then %v", planned, after)
	}
	if after := server.measure("lxdql_answers_hits_total"); after != hits+2 {
		t.Errorf("%v answers were kept ones, then %v", hits, after)
	}
	unbound := server.measure(`lxdql_plan_fields_total{outcome="unbound"}`)
	server.get(admin, `{ __schema { queryType { name } } }`, nil, "")
	if after := server.measure(`lxdql_plan_fields_total{outcome="unbound"}`); after <= unbound {
		t.Errorf("%v fields were left to gqlgen, then %v", unbound, after)
	}
	for name, want := range map[string]float64{
		`lxdql_plan_fields_total{outcome="panicked"}`: 0, `lxdql_plan_shadowed_fields_total{outcome="different"}`: 0,
		"lxdql_mirror_in_sync": 1, "lxdql_mirror_differences_total": 0, `lxdql_mirror_objects{kind="instances"}`: 14,
	} {
		if value := server.measure(name); value != want {
			t.Errorf("%s is %v, not %v", name, value, want)
		}
	}
	if server.measure("lxdql_mirror_reconciliations_total") < 1 || server.measure("lxdql_answers_bytes") <= 0 {
		t.Error("nothing was listed, or nothing is kept")
	}
	if value := without.measure(`lxdql_mirror_objects{kind="instances"}`); value != -1 || without.measure("lxdql_mirror_in_sync") != 1 {
		t.Errorf("who needs no token is told of %v instances", value)
	}
	if value := without.measure("lxdql_answers_bytes"); value != -1 {
		t.Errorf("what is switched off is counted: %v", value)
	}
}

// With a token, only who has it is told.
func TestMetricsAskForTheirToken(t *testing.T) {
	handler := metrics(&measured{}, "a token")
	for given, want := range map[string]int{"": 401, "Bearer another": 401, "Bearer ": 401, "Bearer a token": 200} {
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		request.Header.Set("Authorization", given)
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, request); w.Code != want {
			t.Errorf("%q is answered %d", given, w.Code)
		}
	}
}
