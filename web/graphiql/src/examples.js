import instances from './examples/instances.graphql?raw';
import create from './examples/create.graphql?raw';
import start from './examples/start.graphql?raw';
import changes from './examples/changes.graphql?raw';
import events from './examples/events.graphql?raw';
import estate from './examples/estate.graphql?raw';
import search from './examples/search.graphql?raw';
import server from './examples/server.graphql?raw';

const named = JSON.stringify({ name: 'web1' }, null, 2);

/** The tabs that are open at the first visit. */
export const examples = [
  { query: instances },
  { query: estate },
  { query: search },
  { query: create, variables: named },
  { query: start, variables: named },
  { query: changes },
  { query: events },
  { query: server },
];
