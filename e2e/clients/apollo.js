import { ApolloClient, HttpLink, InMemoryCache, ApolloLink, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { createHash } from 'node:crypto';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import { OperationTypeNode } from 'graphql';
import WebSocket from 'ws';
import { url, wsURL, headers, token, name, query, subscription, toggle, runs, assert } from './server.js';

const sockets = createClient({ url: wsURL, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } });
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, new GraphQLWsLink(sockets), new HttpLink({ uri: url, headers })),
});

const read = await client.query({ query: gql(query), variables: { name } });
assert(read.data.instance.name === name, JSON.stringify(read));
assert(client.cache.identify(read.data.instance), 'the cache has no key for an instance');

const wrong = await client.query({ query: gql('{ instance(name: "nope") { id } }'), errorPolicy: 'all' });
assert(wrong.error?.errors[0].extensions.code === 'NOT_FOUND', JSON.stringify(wrong));

const running = await runs();
const wanted = running ? 'STOPPED' : 'STARTED';
const seen = new Promise((resolve, reject) => client.subscribe({ query: gql(subscription), variables: { name } }).subscribe({
  next: (result) => result.data?.instanceChanged.kind === wanted && resolve(), error: reject }));
await new Promise((resolve) => setTimeout(resolve, 300));
const changed = await client.mutate({ mutation: gql(toggle(running)), variables: { name } });
assert(!changed.error, String(changed.error));
await seen;
// The mutation's answer went into the cache under the instance's id.
const cached = client.cache.readQuery({ query: gql(query), variables: { name } });
assert(cached.instance.status === (running ? 'STOPPED' : 'RUNNING'), JSON.stringify(cached));
// Its link for persisted queries sends the hash by GET, and the query with it when the server asks.
const asked = [];
const byHash = new ApolloClient({
  cache: new InMemoryCache(),
  link: new PersistedQueryLink({ sha256: (text) => createHash('sha256').update(text).digest('hex'), useGETForHashedQueries: true }).concat(new HttpLink({
    uri: url, headers, fetch: (uri, options) => { asked.push([options.method, /[?&]query=/.test(uri) || /"query"/.test(options.body ?? '')].join(' ')); return fetch(uri, options); },
  })),
  defaultOptions: { query: { fetchPolicy: 'network-only' } },
});
for (let time = 0; time < 2; time++) {
  const told = await byHash.query({ query: gql('query Persisted($name: String!) { instance(name: $name) { id name } }'), variables: { name } });
  assert(told.data.instance.name === name, JSON.stringify(told));
}
assert(asked.join() === 'GET false,GET true,GET false' || asked.join() === 'GET false,POST true,GET false', asked.join());
byHash.stop();
client.stop();
await sockets.dispose();
console.log('Apollo Client passes');
process.exit(0);
