package server

import (
	"crypto/subtle"
	"net/http"
	"strings"

	"github.com/lxdql/lxdql/graph/plan"
	"github.com/lxdql/lxdql/mirror"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// measured is what /metrics tells of: of what is switched off, nothing. It says
// how much and how often, and names nothing of LXD's.
type measured struct {
	plan    *plan.Plan
	mirror  *mirror.Mirror
	answers *answers
	// objects is whether is told how many objects there are, those of projects
	// among them that not everybody may see.
	objects bool
}

func described(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("lxdql_"+name, help, labels, nil)
}

var (
	planFields      = described("plan_fields_total", "Fields that the compiled plan answered, that it left to gqlgen because something of them is not bound, and that it left because of a panic.", "outcome")
	planShadowed    = described("plan_shadowed_fields_total", "Root fields that the plan and gqlgen both answered, and how many of them differed.", "outcome")
	mirrorInSync    = described("mirror_in_sync", "Whether answers come from memory: 1 or 0.")
	mirrorListed    = described("mirror_listed_timestamp_seconds", "When LXD was asked last for everything; 0 for never.")
	mirrorObjects   = described("mirror_objects", "Objects in memory.", "kind")
	mirrorPending   = described("mirror_pending_reads", "Objects that are to be read again.")
	mirrorRevision  = described("mirror_revision", "How often the bytes of an object in memory have changed.")
	mirrorReads     = described("mirror_reads_total", "Requests to LXD that keep memory: all of them, and the lists among them.", "of")
	mirrorReconcile = described("mirror_reconciliations_total", "How often everything was listed and compared with memory.")
	mirrorDiffers   = described("mirror_differences_total", "Objects that were found other than in memory while LXD was heard: it should stay 0.")
	answersHits     = described("answers_hits_total", "Queries that a kept answer has answered.")
	answersKept     = described("answers_kept_total", "Answers that were kept.")
	answersBytes    = described("answers_bytes", "Bytes that kept answers take now.")
	answersMost     = described("answers_bytes_limit", "Bytes that kept answers may take.")
)

// Describe tells of what can be told, for [prometheus.Collector].
func (m *measured) Describe(told chan<- *prometheus.Desc) {
	for _, each := range []*prometheus.Desc{
		planFields, planShadowed, mirrorInSync, mirrorListed, mirrorObjects, mirrorPending, mirrorRevision, mirrorReads, mirrorReconcile, mirrorDiffers,
		answersHits, answersKept, answersBytes, answersMost,
	} {
		told <- each
	}
}

// Collect tells it, for [prometheus.Collector].
func (m *measured) Collect(told chan<- prometheus.Metric) {
	count := func(of *prometheus.Desc, value float64, labels ...string) {
		told <- prometheus.MustNewConstMetric(of, prometheus.CounterValue, value, labels...)
	}
	now := func(of *prometheus.Desc, value float64, labels ...string) {
		told <- prometheus.MustNewConstMetric(of, prometheus.GaugeValue, value, labels...)
	}
	if m.plan != nil {
		counts := m.plan.Counts()
		count(planFields, float64(counts.Planned), "planned")
		count(planFields, float64(counts.FellBack-counts.Panicked), "unbound")
		count(planFields, float64(counts.Panicked), "panicked")
		count(planShadowed, float64(counts.Compared-counts.Differed), "same")
		count(planShadowed, float64(counts.Differed), "different")
	}
	if m.mirror != nil {
		m.collectMirror(m.mirror.Status(), count, now)
	}
	if m.answers != nil {
		hits, kept, bytes := m.answers.counts()
		count(answersHits, float64(hits))
		count(answersKept, float64(kept))
		now(answersBytes, float64(bytes))
		now(answersMost, float64(m.answers.most))
	}
}

func (m *measured) collectMirror(status mirror.Status, count, now func(*prometheus.Desc, float64, ...string)) {
	inSync, listed := 0.0, 0.0
	if status.InSync {
		inSync = 1
	}
	if !status.ListedAt.IsZero() {
		listed = float64(status.ListedAt.UnixMilli()) / 1000
	}
	now(mirrorInSync, inSync)
	now(mirrorListed, listed)
	for kind, objects := range status.Objects {
		if m.objects {
			now(mirrorObjects, float64(objects), kind)
		}
	}
	now(mirrorPending, float64(status.Pending))
	now(mirrorRevision, float64(status.Revision))
	count(mirrorReads, float64(status.Reads), "all")
	count(mirrorReads, float64(status.Lists), "lists")
	count(mirrorReconcile, float64(status.Reconciled))
	count(mirrorDiffers, float64(status.Differences))
}

// metrics answers in Prometheus' text; with a token, only who has it, and then how
// many objects there are as well.
func metrics(of *measured, token string) http.Handler {
	of.objects = token != ""
	registry := prometheus.NewRegistry()
	registry.MustRegister(of, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	tell := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) != 1 {
			w.Header().Set("WWW-Authenticate", `Bearer realm="metrics"`)
			http.Error(w, "METRICS_TOKEN is set: send it as Authorization: Bearer …", http.StatusUnauthorized)
			return
		}
		tell.ServeHTTP(w, r)
	})
}
