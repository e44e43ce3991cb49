// The older protocol "graphql-ws", as Apollo's first WebSocket client speaks it.
import transport from 'subscriptions-transport-ws';
import WebSocket from 'ws';
import { wsURL, token, name, query, subscription, toggle, runs, post, assert } from './server.js';

const { SubscriptionClient } = transport;

await new Promise((resolve, reject) => {
  const refused = new SubscriptionClient(wsURL, { connectionParams: { authorization: 'Bearer nonsense' },
    connectionCallback: (error) => { refused.close(); return error ? resolve() : reject(new Error('a forged token is taken')); } }, WebSocket);
  refused.onError(() => {});
});

const client = new SubscriptionClient(wsURL, { connectionParams: { authorization: `Bearer ${token}` }, reconnect: false }, WebSocket);
const ask = (request, until) => new Promise((resolve, reject) => {
  const { unsubscribe } = client.request(request).subscribe({
    next: (result) => { if (until(result)) { unsubscribe(); resolve(result); } }, error: reject });
});

const read = await ask({ query, variables: { name } }, () => true);
assert(read.data.instance.name === name, JSON.stringify(read));

const running = await runs();
const wanted = running ? 'STOPPED' : 'STARTED';
const seen = ask({ query: subscription, variables: { name } }, (result) => result.data.instanceChanged.kind === wanted);
await new Promise((resolve) => setTimeout(resolve, 300));
await post(toggle(running), { name });
await seen;
client.close();
console.log('subscriptions-transport-ws passes');
process.exit(0);
