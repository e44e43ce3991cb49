// Who is logged in. The tokens are kept in sessionStorage: they survive a
// reload and end with the tab, and no other tab or later visitor finds them.
const key = 'lxdql-session';
const listeners = new Set();
// A page that is not at the root says where that is.
const root = document.querySelector('meta[name="root"]')?.content ?? './';
const endpoint = new URL(`${root}graphql`, document.baseURI).href;

const tokens = 'accessToken refreshToken expiresAt user { username role }';
const login = `mutation ($username: String!, $password: String!) { login(username: $username, password: $password) { ${tokens} } }`;
const refresh = `mutation ($refreshToken: String!) { refreshToken(refreshToken: $refreshToken) { ${tokens} } }`;

const stored = () => JSON.parse(sessionStorage.getItem(key) ?? 'null');

function store(payload) {
  if (payload) sessionStorage.setItem(key, JSON.stringify(payload));
  else sessionStorage.removeItem(key);
  for (const listener of listeners) listener(payload?.user ?? null);
}

async function post(query, variables, token) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

let refreshing = null;

/** A refresh token works once: those who need a new token at the same time share one. */
async function renew(payload) {
  refreshing ??= post(refresh, { refreshToken: payload.refreshToken })
    .then((answer) => store(answer.data?.refreshToken ?? null), () => {})
    .finally(() => { refreshing = null; });
  await refreshing;
}

export const session = {
  endpoint,
  user: () => stored()?.user ?? null,
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Log in; answers '' or what went wrong. */
  async login(username, password) {
    try {
      const answer = await post(login, { username, password });
      if (answer.errors) return answer.errors[0].message;
      store(answer.data.login);
      return '';
    } catch {
      return 'the server does not answer';
    }
  },
  end: () => store(null),
  /** A token that is good for half a minute more; undefined when nobody is logged in. */
  async token() {
    const payload = stored();
    if (payload && Date.parse(payload.expiresAt) < Date.now() + 30_000) await renew(payload);
    return stored()?.accessToken;
  },
  async ask(query, variables = {}) {
    return post(query, variables, await session.token());
  },
};
