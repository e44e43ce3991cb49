package web

// notBuilt is the page where GraphiQL was not built.
const notBuilt = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>lxdql</title></head>
<body>
<h1>lxdql</h1>
<p>GraphQL is served at <code>/graphql</code>; its schema, which is its manual, at <a href="schema.graphql">/schema.graphql</a>.</p>
<p>GraphiQL is not in this build, because npm was not there when it was made.
On Debian: <code>apt-get install nodejs npm</code>, then <code>make build</code> again.</p>
<p>Meanwhile, with curl:</p>
<pre>curl http://localhost:8000/graphql -H 'Content-Type: application/json' \
  -d '{"query": "mutation { login(username: \"admin\", password: \"...\") { accessToken } }"}'</pre>
</body>
</html>
`
