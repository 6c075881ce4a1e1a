#!/usr/bin/env node
/**
 * `curl` for the commands of the documents, since a machine need not have it: -X, -H, -d and an address. Prints the body, and ends with
 * 22 for a status of 400 or more, like `curl --fail-with-body`.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
  allowPositionals: true,
});
const [url] = positionals;
if (positionals.length !== 1) throw new Error(`one address, not ${JSON.stringify(positionals)}`);
const body = values.data?.startsWith('@') ? readFileSync(values.data.slice(1)) : values.data;
const method = values.request ?? (body === undefined ? 'GET' : 'POST');
const headers = values.header.map((line) => line.split(/: */, 2));
const response = await fetch(url, { method, headers, body });
process.stdout.write(`${await response.text()}\n`);
process.exitCode = response.ok ? 0 : 22;
