package server

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// persistedQueries lets clients send a query once and its SHA-256 from then on,
// as Apollo's do. What is kept is a text that somebody sent, and nobody's right.
type persistedQueries struct {
	extension.AutomaticPersistedQuery
}

func newPersistedQueries() persistedQueries {
	return persistedQueries{extension.AutomaticPersistedQuery{Cache: shortTexts{lru.New[string](cachedQueries)}}}
}

// MutateOperationParameters puts in the query that a hash stands for. A hash
// that is not known has a code that tells the client to send both; any other
// mistake is the caller's.
func (p persistedQueries) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	err := p.AutomaticPersistedQuery.MutateOperationParameters(ctx, params)
	if err != nil && err.Extensions["code"] == nil {
		errcode.Set(err, "BAD_USER_INPUT")
		err.Extensions["argument"] = "extensions.persistedQuery"
	}
	return err
}

// shortTexts keeps no text that is longer than is kept of parsed ones.
type shortTexts struct {
	graphql.Cache[string]
}

// Add keeps a text.
func (c shortTexts) Add(ctx context.Context, hash, text string) {
	if len(text) <= longestCached {
		c.Cache.Add(ctx, hash, text)
	}
}
