// What the clients are told about the server: its address and a token.
export const url = process.env.LXDQL_URL + '/graphql';
export const wsURL = url.replace(/^http/, 'ws');
export const token = process.env.LXDQL_TOKEN;
export const headers = { authorization: `Bearer ${token}` };
export const name = process.env.LXDQL_INSTANCE;

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

/** What a client asks first: it has to see the instance. */
export const query = 'query ($name: String!) { instance(name: $name) { __typename id name status } }';

/** Start it or stop it, whichever is possible, so that something happens. */
export const toggle = (running) => running
  ? 'mutation ($name: String!) { stopInstance(name: $name, force: true, wait: 60) { instance { __typename id status } } }'
  : 'mutation ($name: String!) { startInstance(name: $name, wait: 60) { instance { __typename id status } } }';

export const subscription = 'subscription ($name: String!) { instanceChanged(name: $name) { kind name } }';

/** Send a mutation by plain HTTP, from outside of the client that is tried. */
export async function post(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert(!errors, JSON.stringify(errors));
  return data;
}

/** Whether the instance runs now. */
export async function runs() {
  return (await post(query, { name })).instance.status === 'RUNNING';
}
