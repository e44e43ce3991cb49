import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';
import { session } from './session.js';

/** Sends the token with the schema's question, with queries and with subscriptions. */
export function createFetcher() {
  const wsClient = createClient({
    url: session.endpoint.replace(/^http/, 'ws'),
    lazyCloseTimeout: 1000,
    retryAttempts: 3,
    connectionParams: async () => {
      const token = await session.token();
      return token ? { authorization: `Bearer ${token}` } : {};
    },
  });
  return createGraphiQLFetcher({
    url: session.endpoint,
    wsClient,
    fetch: async (url, options) => {
      const token = await session.token();
      const headers = { ...options.headers };
      if (token) headers.authorization = `Bearer ${token}`;
      return fetch(url, { ...options, headers });
    },
  });
}
