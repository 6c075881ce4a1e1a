/**
 * `npm run send-event -- FILE [--url http://127.0.0.1:8006]`: posts the event of a file, such as those of test/fixtures/events, to a
 * service's /events as EventBridge would, and prints the response. AUTODEPLOY_API_KEY holds the key, where the service requires one.
 * Exits with 0 for a 2xx response, 1 for any other or none, 2 for wrong arguments.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const usage = 'usage: npm run send-event -- FILE [--url http://127.0.0.1:8006]';
const timeoutMs = 10_000;

class BadCall extends Error {}

function readCall() {
  try {
    const options = { url: { type: 'string', default: 'http://127.0.0.1:8006' } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new BadCall(usage);
    const url = new URL(`${values.url.replace(/(\/events)?\/*$/, '')}/events`);
    return { url, body: JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))) };
  } catch (error) {
    throw new BadCall(error instanceof BadCall ? error.message : `${error.message}\n${usage}`);
  }
}

async function send() {
  const { url, body } = readCall();
  const key = process.env.AUTODEPLOY_API_KEY;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { 'x-api-key': key } : {}) },
    body,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error) => {
    throw new Error(`no response from ${url.origin}: ${error.cause?.message ?? error.message}`);
  });
  process.stdout.write(`${response.status} ${response.statusText}\n${(await response.text()).trim()}\n`);
  process.exitCode = response.ok ? 0 : 1;
}

await send().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof BadCall ? 2 : 1;
});
