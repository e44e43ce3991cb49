// urql accepts event streams and JSON on every request: a query has to come as JSON.
import { Client, cacheExchange, fetchExchange, subscriptionExchange, gql } from '@urql/core';
import { createClient } from 'graphql-ws';
import { pipe, subscribe } from 'wonka';
import WebSocket from 'ws';
import { url, wsURL, headers, token, name, query, subscription, toggle, runs, assert } from './server.js';

let contentType;
const sockets = createClient({ url: wsURL, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } });
const client = new Client({
  url,
  preferGetMethod: false,
  fetchOptions: { headers },
  fetch: async (...request) => {
    const response = await fetch(...request);
    contentType = response.headers.get('content-type');
    return response;
  },
  exchanges: [cacheExchange, fetchExchange, subscriptionExchange({
    forwardSubscription: (request) => ({ subscribe: (sink) => ({ unsubscribe: sockets.subscribe(request, sink) }) }),
  })],
});

const read = await client.query(gql(query), { name }).toPromise();
assert(read.data?.instance.name === name, String(read.error));
assert(contentType.includes('json'), `a query came as ${contentType}`);

const wrong = await client.query(gql('{ instance(name: "nope") { name } }'), {}).toPromise();
assert(wrong.error?.graphQLErrors[0].extensions.code === 'NOT_FOUND', String(wrong.error));

const running = await runs();
const wanted = running ? 'STOPPED' : 'STARTED';
const seen = new Promise((resolve) => {
  pipe(client.subscription(gql(subscription), { name }), subscribe((result) => {
    if (result.data?.instanceChanged.kind === wanted) resolve();
  }));
});
await new Promise((resolve) => setTimeout(resolve, 300));
const changed = await client.mutation(gql(toggle(running)), { name }).toPromise();
assert(!changed.error, String(changed.error));
await seen;
await sockets.dispose();
console.log('urql passes');
process.exit(0);
