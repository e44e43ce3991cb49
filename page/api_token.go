package page

import "github.com/lxdql/lxdql/auth"

// GraphQL names a page by what is on it.
type (
	// ApiTokenConnection is a page of tokens.
	ApiTokenConnection = Connection[*auth.ApiToken]
	// ApiTokenEdge is one token of a page.
	ApiTokenEdge = Edge[*auth.ApiToken]
)

// ApiTokens are ordered, chosen and found by these.
var ApiTokens = Kind[*auth.ApiToken]{
	Key: func(t *auth.ApiToken) []string { return []string{sortable(t.CreatedAt), t.ID} },
	Values: map[string]func(*auth.ApiToken) any{
		"description": func(t *auth.ApiToken) any { return t.Description },
		"username":    func(t *auth.ApiToken) any { return t.User.Username },
		"role":        func(t *auth.ApiToken) any { return t.Role },
		"readOnly":    func(t *auth.ApiToken) any { return t.ReadOnly },
		"expiresAt":   func(t *auth.ApiToken) any { return t.ExpiresAt },
		"createdAt":   func(t *auth.ApiToken) any { return t.CreatedAt },
		"lastUsedAt":  func(t *auth.ApiToken) any { return t.LastUsedAt },
	},
	Texts: func(t *auth.ApiToken) []string { return []string{t.Description, t.User.Username} },
}
