import { createClient } from 'graphql-sse';
import { url, headers, name, query, subscription, toggle, runs, post, assert } from './server.js';

const anonymous = createClient({ url, retryAttempts: 0 });
await new Promise((resolve, reject) => anonymous.subscribe({ query: '{ viewer { username } }' }, {
  next: (result) => (result.errors?.[0].extensions.code === 'UNAUTHENTICATED' ? resolve() : reject(new Error(JSON.stringify(result)))),
  error: resolve, complete: () => {} }));
anonymous.dispose();

const client = createClient({ url, headers });
for await (const result of client.iterate({ query, variables: { name } })) {
  assert(result.data.instance.name === name, JSON.stringify(result));
}

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
client.dispose();
console.log('graphql-sse passes');
