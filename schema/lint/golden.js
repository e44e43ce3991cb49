// Compares the schema with its golden copy, schema/golden.graphql, so that each
// change of the contract is seen; with --update accepts it as it is now.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { diff, CriticalityLevel } from '@graphql-inspector/core';
import { buildASTSchema, buildSchema, concatAST, parse, print } from 'graphql';

const folder = new URL('..', import.meta.url);
const file = new URL('golden.graphql', folder);
const sources = readdirSync(folder).filter((name) => name.endsWith('.graphqls')).sort();
// graphql-js wants `type Query` with its fields; ours are extended, noun by noun.
const document = merged(concatAST(sources.map((name) => parse(readFileSync(new URL(name, folder), 'utf8')))));
const text = print(document) + '\n';

function merged(document) {
  const definitions = new Map();
  const extensions = [];
  for (const definition of document.definitions) {
    if (definition.kind === 'ObjectTypeExtension') extensions.push(definition);
    else definitions.set(definition.name.value, definition);
  }
  for (const { name, fields } of extensions) {
    const root = definitions.get(name.value);
    definitions.set(name.value, { ...root, fields: [...root.fields, ...fields] });
  }
  const byName = (a, b) => (a.name.value < b.name.value ? -1 : 1);
  return { ...document, definitions: [...definitions.values()].sort(byName) };
}

if (process.argv.includes('--update')) {
  writeFileSync(file, text);
  process.exit(0);
}

const golden = readFileSync(file, 'utf8');
const changes = await diff(buildSchema(golden), buildASTSchema(document));
for (const change of changes) {
  const level = change.criticality.level === CriticalityLevel.Breaking ? 'BREAKS CLIENTS' : change.criticality.level.toLowerCase().replace('_', ' ');
  console.error(`${level}: ${change.message}`);
}
if (golden !== text) {
  console.error('the schema differs from schema/golden.graphql: look at the difference, then accept it with `make golden`');
  process.exit(1);
}
