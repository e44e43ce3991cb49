// The audits of npm graphql-http: MUST, SHOULD and MAY.
import { auditServer } from "graphql-http";
import { url } from './server.js';

const results = await auditServer({ url });
let faults = 0;
for (const result of results) {
  if (result.status === 'ok') continue;
  faults++;
  console.log(result.status, result.id, result.name, result.reason);
}
console.log(`${results.length - faults} of ${results.length} audits pass`);
process.exit(faults === 0 && results.length >= 61 ? 0 : 1);
