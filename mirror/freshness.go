package mirror

// Freshness is where an answer comes from.
type Freshness string

// Where an answer may come from.
const (
	FreshnessCached Freshness = "CACHED"
	FreshnessLive   Freshness = "LIVE"
)
