import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { wsURL, token, name, query, subscription, toggle, runs, post, assert } from './server.js';

// A token that is none is refused with 4403.
const refused = createClient({ url: wsURL, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: 'Bearer nonsense' } });
await new Promise((resolve, reject) => {
  refused.subscribe({ query: '{ viewer { username } }' }, {
    next: () => reject(new Error('answered to a forged token')),
    error: (event) => (event.code === 4403 ? resolve() : reject(new Error(`closed with ${event.code}`))),
    complete: () => reject(new Error('completed')),
  });
});
await refused.dispose();

const client = createClient({ url: wsURL, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } });

for await (const result of client.iterate({ query, variables: { name } })) {
  assert(result.data.instance.name === name, JSON.stringify(result));
}

const invalid = await new Promise((resolve, reject) => client.subscribe({ query: '{ nope }' }, {
  next: () => reject(new Error('an invalid query is answered')), error: resolve, complete: () => reject(new Error('completed')) }));
assert(invalid[0].extensions.code === 'GRAPHQL_VALIDATION_FAILED', JSON.stringify(invalid));

const changes = client.iterate({ query: subscription, variables: { name } });
const running = await runs();
const wanted = running ? 'STOPPED' : 'STARTED';
const first = changes.next();
await new Promise((resolve) => setTimeout(resolve, 300));
await post(toggle(running), { name });
for (let result = await first; ; result = await changes.next()) {
  assert(!result.done, 'the subscription ended');
  if (result.value.data.instanceChanged.kind === wanted) break;
}
await changes.return();
await client.dispose();
console.log('graphql-ws passes');
