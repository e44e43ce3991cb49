// Package web is what a browser loads: GraphiQL, built by make from the
// sources beside this file.
package web

import (
	"io"
	"net/http"
)

const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>lxdql</title></head>
<body><h1>lxdql</h1><p>GraphQL is served at <code>/graphql</code>, its schema at <a href="/schema.graphql">/schema.graphql</a>.</p></body></html>
`

// Handler serves the page.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		io.WriteString(w, page)
	})
}
