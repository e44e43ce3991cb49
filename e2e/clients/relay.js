// Relay compiles what is asked ahead of time, by the schema that the server shows:
// its compiler refuses a schema whose pages or whose `node` are not as it knows them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import relay from 'relay-runtime';
import WebSocket from 'ws';
import { url, wsURL, headers, token, name, runs, assert } from './server.js';

const folder = mkdtempSync(join(tmpdir(), 'relay-'));
process.on('exit', () => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'src'));
writeFileSync(join(folder, 'schema.graphql'), await (await fetch(url.replace('/graphql', '/schema.graphql'), { headers })).text());
writeFileSync(join(folder, 'relay.config.json'), JSON.stringify({ src: './src', schema: './schema.graphql', language: 'javascript' }));
writeFileSync(join(folder, 'src', 'Estate.js'), `
graphql\`query EstateQuery($count: Int!) { ...Estate_list @arguments(count: $count) }\`;
graphql\`fragment Estate_list on Query @argumentDefinitions(count: {type: "Int", defaultValue: 1}, cursor: {type: "String"}) @refetchable(queryName: "EstatePage") {
  projects(first: $count, after: $cursor) @connection(key: "Estate_projects") { edges { node { id name } } }
}\`;
graphql\`fragment Estate_instance on Instance @refetchable(queryName: "EstateInstance") { id name status state { pid } devices { __typename name } }\`;
graphql\`query EstateOneQuery($name: String!) { instance(name: $name) { id ...Estate_instance } }\`;
graphql\`mutation EstateStartMutation($name: String!) { startInstance(name: $name, wait: 60) { instance { id status } } }\`;
graphql\`mutation EstateStopMutation($name: String!) { stopInstance(name: $name, force: true, wait: 60) { instance { id status } } }\`;
graphql\`subscription EstateSubscription($name: String!) { instanceChanged(name: $name) { kind instance { id ...Estate_instance } } }\`;
`);
const require = createRequire(import.meta.url);
execFileSync(require('relay-compiler'), [], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
const compiled = (artifact) => require(join(folder, 'src', '__generated__', `${artifact}.graphql.js`));

const { Environment, Network, Observable, RecordSource, Store, commitMutation, fetchQuery, requestSubscription } = relay;
const sockets = createClient({ url: wsURL, webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` } });
const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(
    async ({ text }, variables) => (await fetch(url, {
      method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query: text, variables }),
    })).json(),
    ({ text }, variables) => Observable.create((sink) => sockets.subscribe({ query: text, variables }, sink)),
  ),
});
const ask = (artifact, variables) => fetchQuery(environment, compiled(artifact), variables).toPromise();

await ask('EstateQuery', { count: 1 });
const kept = environment.getStore().getSource();
const list = kept.get('client:root:__Estate_projects_connection');
assert(list?.edges?.__refs.length === 1, `Relay keeps no page: ${JSON.stringify(list)}`);
const one = await ask('EstateOneQuery', { name });
assert(one.instance?.id, JSON.stringify(one));
await ask('EstateInstance', { id: one.instance.id }); // by node(id:)
const known = kept.get(one.instance.id);
assert(known?.name === name && known.status, JSON.stringify(known));

const running = await runs();
const wanted = running ? 'STOPPED' : 'STARTED';
const seen = new Promise((resolve, reject) => requestSubscription(environment, {
  subscription: compiled('EstateSubscription'), variables: { name }, onError: reject,
  onNext: (told) => told.instanceChanged.kind === wanted && resolve(),
}));
await new Promise((resolve) => setTimeout(resolve, 300));
await new Promise((resolve, reject) => commitMutation(environment, {
  mutation: compiled(running ? 'EstateStopMutation' : 'EstateStartMutation'), variables: { name }, onError: reject,
  onCompleted: (_, errors) => (errors ? reject(new Error(JSON.stringify(errors))) : resolve()),
}));
await seen;
const now = kept.get(one.instance.id);
assert(now.status === (running ? 'STOPPED' : 'RUNNING'), JSON.stringify(now));
await sockets.dispose();
console.log('relay passes');
process.exit(0);
