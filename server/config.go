package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config is everything that can be configured, by flag or by environment. A
// file .env in the working directory is read too; the environment wins over it.
type Config struct {
	Host string `name:"host" env:"APP_HOST" default:"127.0.0.1" help:"Address to listen on."`
	Port int    `name:"port" env:"APP_PORT" default:"8000" help:"Port to listen on; 0 takes a free one."`

	LXDMode   string `name:"lxd-mode" env:"LXD_CONNECTION_MODE" default:"local" enum:"local,remote,simulated" help:"How to reach LXD: local (unix socket), remote (HTTPS), or simulated (none at all)."`
	LXDSocket string `name:"lxd-socket" env:"LXD_SOCKET_PATH" help:"LXD's unix socket; empty: the snap's, then the native one."`
	LXDTrust
	OIDC
	LXDTimeout timeoutOption `name:"lxd-timeout" env:"LXD_TIMEOUT" default:"30" help:"How long a request to LXD may take, in seconds; not for waits and WebSockets."`

	DatabaseURL      string `name:"database" env:"DATABASE_URL" default:"sqlite:///./data/lxdql.db" help:"Where users, the journal and the rest are kept: sqlite:///./path, or postgres://user:password@host:5432/name, which several servers may share."`
	JWTSecret        string `name:"jwt-secret" env:"JWT_SECRET" help:"Signs the tokens, 32 bytes or more; empty: one is made and kept in the database."`
	JWTPrevious      string `name:"jwt-secret-previous" env:"JWT_SECRET_PREVIOUS" help:"The JWT_SECRET before this one: its tokens still work, so that a new one logs nobody out."`
	AccessMinutes    int    `name:"access-minutes" env:"JWT_ACCESS_TOKEN_EXPIRE_MINUTES" default:"30" help:"Life of an access token, in minutes."`
	RefreshDays      int    `name:"refresh-days" env:"JWT_REFRESH_TOKEN_EXPIRE_DAYS" default:"7" help:"Life of a refresh token, in days."`
	AdminName        string `name:"admin-username" env:"SEED_ADMIN_USERNAME" default:"admin" help:"Name of the administrator that a first start makes."`
	AdminPassword    string `name:"admin-password" env:"SEED_ADMIN_PASSWORD" help:"Password of that administrator; empty: one is made and printed once."`
	APIKey           string `name:"api-key" env:"API_KEY" help:"An API token that works from the start, for the user of SEED_ADMIN_USERNAME; 16 characters or more. Another one, or none, takes it away again."`
	AllowQueryKey    bool   `name:"allow-query-api-key" env:"ALLOW_QUERY_API_KEY" help:"Also take API tokens from URLs (api_key, private_token, token), where proxies log them."`
	RateLimitEnabled bool   `name:"rate-limit" env:"RATE_LIMIT_ENABLED" default:"true" negatable:"" help:"Limit how much a user, or an address, may ask; loopback is not limited. Log-ins have limits of their own, always."`
	RateLimitMax     int    `name:"rate-limit-max" env:"RATE_LIMIT_MAX" default:"120" help:"Requests in a window; one whose answer could be large counts as several."`
	RateLimitWindow  int    `name:"rate-limit-window" env:"RATE_LIMIT_WINDOW_SECONDS" default:"60" help:"The sliding window, in seconds."`
	TrustedProxies   string `name:"trusted-proxies" env:"TRUSTED_PROXIES" help:"Addresses or networks of proxies whose X-Forwarded-For and X-Real-IP are believed, separated by commas; where the two do not agree, neither is."`
	CORSOrigins      string `name:"cors-origins" env:"CORS_ORIGINS" default:"*" help:"Origins that browsers may call from, separated by commas. With * they may call with tokens only, never with the cookie."`
	JournalKeepDays  int    `name:"journal-keep-days" env:"JOURNAL_KEEP_DAYS" default:"30" help:"For how many days events, operations and the audit trail are kept."`
	JournalMaxEvents int    `name:"journal-max-events" env:"JOURNAL_MAX_EVENTS" default:"1000000" help:"How many events are kept at most, and how many rows of the audit trail."`
	Mirror           string `name:"mirror" env:"MIRROR" default:"on" enum:"on,off" help:"Whether LXD's inventory is kept in memory, by its events, and read from there: on or off. Off asks LXD each time."`
	UploadMaxMiB     int    `name:"upload-max-mib" env:"UPLOAD_MAX_MIB" default:"32" help:"How many MiB of files a GraphQL request may bring, which are kept in TMPDIR meanwhile; 0 is none. What is sent to /api/v1 has no limit."`
	StreamIdle       int    `name:"stream-idle-seconds" env:"STREAM_IDLE_SECONDS" default:"120" help:"How long an upload may send nothing, or a download take nothing, before it is given up, in seconds."`
	Plan             string `name:"plan" env:"PLAN" default:"on" enum:"on,off" help:"Answer what is below a field by a compiled plan, which takes a fraction of the time: on or off, which keeps no whole answers either. The answers are the same."`
	AnswerCacheMiB   int    `name:"answer-cache-mib" env:"ANSWER_CACHE_MIB" default:"16" help:"How many MiB of whole answers are kept, each until something changes of what it was made of; 0 keeps none. Callers share one only when they have the same rights."`
	MetricsToken     string `name:"metrics-token" env:"METRICS_TOKEN" help:"Who asks for /metrics has to send this as Authorization: Bearer; empty: everybody may ask."`
	LogLevel         string `name:"log-level" env:"LOG_LEVEL" default:"info" enum:"debug,info,warn,error,DEBUG,INFO,WARN,WARNING,warning,ERROR" help:"What is logged: debug, info, warn or error."`
	SimulatedCount   int    `name:"simulated-instances" env:"LXD_SIMULATED_INSTANCES" default:"20" help:"How many instances a simulated LXD has."`
}

// timeoutOption is a number of seconds, or a duration such as "1m30s".
type timeoutOption time.Duration

// UnmarshalText reads either form.
func (t *timeoutOption) UnmarshalText(text []byte) error {
	duration, err := time.ParseDuration(string(text))
	if seconds, notSeconds := strconv.ParseFloat(string(text), 64); notSeconds == nil {
		duration, err = time.Duration(seconds*float64(time.Second)), nil
	}
	if err != nil || duration <= 0 {
		return fmt.Errorf("%q is not a number of seconds such as 30", text)
	}
	*t = timeoutOption(duration)
	return nil
}

// Validate refuses what cannot work, before anything is started.
func (c *Config) Validate() error {
	if c.Port < 0 || c.Port > 65535 {
		return fmt.Errorf("APP_PORT is %d: a port is 0 to 65535", c.Port)
	}
	if c.AccessMinutes < 1 || c.AccessMinutes > 24*60 {
		return fmt.Errorf("JWT_ACCESS_TOKEN_EXPIRE_MINUTES is %d: it has to be 1 to 1440", c.AccessMinutes)
	}
	if err := errors.Join(c.checkProxies(), c.checkRateLimit(), c.checkOrigins()); err != nil {
		return err
	}
	if c.RefreshDays < 1 || c.RefreshDays > 365 {
		return fmt.Errorf("JWT_REFRESH_TOKEN_EXPIRE_DAYS is %d: it has to be 1 to 365", c.RefreshDays)
	}
	if c.JournalKeepDays < 1 || c.JournalMaxEvents < 1000 {
		return fmt.Errorf("JOURNAL_KEEP_DAYS is %d and JOURNAL_MAX_EVENTS is %d: they have to be at least 1 and 1000", c.JournalKeepDays, c.JournalMaxEvents)
	}
	if c.UploadMaxMiB < 0 || c.UploadMaxMiB > 1024 {
		return fmt.Errorf("UPLOAD_MAX_MIB is %d: it has to be 0 to 1024", c.UploadMaxMiB)
	}
	if c.AnswerCacheMiB < 0 || c.AnswerCacheMiB > 4096 {
		return fmt.Errorf("ANSWER_CACHE_MIB is %d: it has to be 0 to 4096", c.AnswerCacheMiB)
	}
	if c.StreamIdle < 1 || c.StreamIdle > 3600 {
		return fmt.Errorf("STREAM_IDLE_SECONDS is %d: it has to be 1 to 3600", c.StreamIdle)
	}
	if _, err := c.OIDC.provider(); err != nil {
		return err
	}
	if c.TrustCheckSeconds < 1 || c.TrustCheckSeconds > 60 {
		return fmt.Errorf("LXD_TRUST_CHECK_SECONDS is %d: it has to be 1 to 60", c.TrustCheckSeconds)
	}
	return nil
}

func (c *Config) address() string { return net.JoinHostPort(c.Host, strconv.Itoa(c.Port)) }

func (c *Config) quiet() time.Duration { return time.Duration(c.StreamIdle) * time.Second }

func (c *Config) origins() []string {
	var origins []string
	for origin := range strings.SplitSeq(c.CORSOrigins, ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			origins = append(origins, strings.TrimSuffix(origin, "/"))
		}
	}
	return origins
}

// checkOrigins refuses what no browser sends, and so would never fit.
func (c *Config) checkOrigins() error {
	for _, origin := range c.origins() {
		parsed, err := url.Parse(origin)
		if origin != "*" && (err != nil || parsed.Host == "" || parsed.Scheme+"://"+parsed.Host != origin) {
			return fmt.Errorf("CORS_ORIGINS names %q: an origin is like https://portal.example or http://localhost:5173, without a path", origin)
		}
	}
	return nil
}

// Logger writes JSON to standard error.
func (c *Config) Logger() *slog.Logger {
	level := slog.LevelInfo
	if text := strings.TrimSuffix(strings.ToUpper(c.LogLevel), "ING"); level.UnmarshalText([]byte(text)) != nil {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}
