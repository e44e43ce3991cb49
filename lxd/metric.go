package lxd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Metric is values that measure the same thing.
type Metric struct {
	Name    string
	Help    string
	Type    MetricType
	Samples []*MetricSample
}

// MetricType is what the values mean.
type MetricType string

// MetricSample is one measured value.
type MetricSample struct {
	Labels StringMap
	Value  float64
}

// mostMetrics bounds what is read of LXD's metrics, in bytes.
const mostMetrics = 64 << 20

// Metrics reads what LXD measures, by name, without what is of projects that
// the scope does not allow. What has no project is the server's own, and for
// who sees all projects: LXD counts the operations and warnings of all in it.
//
// LXD keeps what it measured for 8 s, for each project; and in what it kept 5.0.2
// tells each sample of an instance twice, of which the last is taken here.
func (c *Client) Metrics(ctx context.Context, as Scope) ([]*Metric, error) {
	text, err := c.text(ctx, "/1.0/metrics", mostMetrics)
	if err != nil {
		return nil, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, &Error{Message: "LXD's metrics cannot be read: " + err.Error()}
	}
	all, err := c.seesAll(ctx, as)
	if err != nil {
		return nil, err
	}
	hidden := func(sample *MetricSample) bool {
		project := sample.Labels["project"]
		return !as.Allows(project, false) || (project == "" && !all)
	}
	metrics := make([]*Metric, 0, len(families))
	for _, name := range sortedKeys(families) {
		metric := newMetric(families[name])
		metric.Samples = slices.DeleteFunc(metric.Samples, hidden)
		if len(metric.Samples) > 0 {
			metrics = append(metrics, metric)
		}
	}
	return metrics, nil
}

func newMetric(family *dto.MetricFamily) *Metric {
	metric := &Metric{Name: family.GetName(), Help: family.GetHelp(), Type: known[MetricType](family.GetType().String(), "COUNTER", "GAUGE")}
	told := map[string]*MetricSample{}
	for _, one := range family.GetMetric() {
		sample := &MetricSample{Labels: StringMap{}, Value: one.GetUntyped().GetValue() + one.GetCounter().GetValue() + one.GetGauge().GetValue()}
		for _, label := range one.GetLabel() {
			sample.Labels[label.GetName()] = label.GetValue()
		}
		labels := fmt.Sprint(sample.Labels) // in the order of their names
		if before := told[labels]; before != nil {
			before.Value = sample.Value
			continue
		}
		told[labels] = sample
		metric.Samples = append(metric.Samples, sample)
	}
	return metric
}

// ConfigurationMetadata reads the keys of configuration that LXD knows, in its
// own form; an *ExtensionError before 5.21.
func (c *Client) ConfigurationMetadata(ctx context.Context) (JSON, error) {
	if err := c.need(ctx, "metadata_configuration"); err != nil {
		return nil, err
	}
	return get[JSON](ctx, c, "/1.0/metadata/configuration")
}
