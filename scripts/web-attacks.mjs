/**
 * `npm run web-attacks`: attacks the system of `npm start`, which has no keys, from web pages in a real browser: a page on another port of
 * this machine, a page whose name resolves to this machine (DNS rebinding), and 0.0.0.0. Fails when a page starts a training, controls the
 * simulator or reads a response, or when the API's own page cannot. Needs Chromium (CHROMIUM, by default /usr/bin/chromium), and so is no
 * part of `npm test`; test/security/web-pages.test.ts sends the same requests.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { startLocalSystem } from './screenshots/local-system.mjs';

const system = await startLocalSystem();
const port = new URL(system.url).port;
const settingsUrl = new URL('settings', system.control).href;
const attacker = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>a page')).listen(
  0,
  '127.0.0.1',
);
await once(attacker, 'listening');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--host-resolver-rules=MAP evil.example 127.0.0.1',
    // Chromium's own protection against such pages, which other browsers lack.
    '--disable-features=LocalNetworkAccessChecks',
  ],
});

const faults = [];
const expect = (what, isSo) => {
  process.stdout.write(`${isSo ? 'ok ' : 'NOT'} ${what}\n`);
  if (!isSo) faults.push(what);
};

try {
  const elsewhere = `http://127.0.0.1:${attacker.address().port}/`;
  for (const target of [system.url, `http://localhost:${port}`, `http://0.0.0.0:${port}`, `http://evil.example:${port}`]) {
    await attack(`a page on another port, at ${new URL(target).hostname}`, elsewhere, target);
  }
  for (const name of ['evil.example', '0.0.0.0']) {
    const target = `http://${name}:${port}`;
    await attack(`a page that was loaded as ${name}`, `${target}/attack.html`, target);
  }
  expect(
    "the API's own page starts a training",
    (await asPage(`${system.url}/docs`, (page) => page.evaluate(start, system.url))) === 202,
  );
  expect('one training was started', (await trainings()).length === 1);
} finally {
  await browser.close();
  attacker.close();
  await system.stop();
}
process.stdout.write(faults.length === 0 ? 'No foreign page changed or read anything\n' : `${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function trainings() {
  const { items } = await (await fetch(`${system.url}/training-jobs?limit=100`)).json();
  return items;
}

/** Returns the result of `act` on the page at the address. A rebound name gets its page as from the attacker's own server. */
async function asPage(address, act) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await context.route('**/attack.html', (route) => route.fulfill({ contentType: 'text/html', body: '<p>a page' }));
  try {
    await page.goto(address);
    return await act(page);
  } finally {
    await context.close();
  }
}

async function attack(how, address, target) {
  const known = (await trainings()).length;
  const before = await (await fetch(settingsUrl)).text();
  const read = await asPage(address, async (page) => {
    const responses = await page.evaluate(readAll, target);
    await page.evaluate(sendAll, { target, control: settingsUrl });
    await page.evaluate(submitForms, target);
    await page.waitForLoadState('networkidle');
    return responses;
  });
  expect(`${how}: reads nothing${read.length === 0 ? '' : ` (it read ${read.join(', ')})`}`, read.length === 0);
  expect(`${how}: starts nothing`, (await trainings()).length === known);
  expect(`${how}: controls nothing`, (await (await fetch(settingsUrl)).text()) === before);
}

// The functions below run in the page.

async function start(target) {
  return (await fetch(`${target}/bootstrap`, { method: 'POST' })).status;
}

async function readAll(target) {
  const read = [];
  for (const path of [
    '/training-jobs',
    '/metrics',
    '/openapi.json',
    '/health/ready',
    '/admin/queues/api/queues',
    '/endpoint-status',
  ]) {
    for (const mode of ['cors', 'no-cors', 'same-origin']) {
      const response = await fetch(`${target}${path}`, { mode }).catch(() => null);
      const text = response === null ? '' : await response.text();
      if (text !== '' && !text.includes('foreign_host')) read.push(`${mode} ${path}`);
    }
  }
  return read;
}

async function sendAll({ target, control }) {
  const url = `${target}/bootstrap?auto_deploy=true`;
  const ways = [
    { mode: 'no-cors' },
    { mode: 'cors' },
    { mode: 'same-origin' },
    { mode: 'no-cors', body: '{}', headers: { 'content-type': 'text/plain' } },
    { mode: 'cors', body: '{}', headers: { 'content-type': 'application/json' } },
    { mode: 'no-cors', keepalive: true, referrerPolicy: 'no-referrer' },
  ];
  for (const way of ways) {
    for (const address of [url, `${target}/model-init/bootstrap`]) {
      await fetch(address, { method: 'POST', ...way }).catch(() => null);
    }
  }
  await fetch(control, { method: 'PATCH', body: '{"trainingSeconds":1}' }).catch(() => null);
  await fetch(new URL('reset', control), { method: 'POST', mode: 'no-cors' }).catch(() => null);
  navigator.sendBeacon(url);
  new Image().src = url;
}

/** In frames, one of which has no origin, and finally in the page itself. */
function submitForms(target) {
  const action = `${target}/bootstrap?auto_deploy=true`;
  const form = `<form method="post" action="${action}"><input name="a" value="b"></form><script>document.forms[0].submit()</script>`;
  for (const sandbox of ['allow-scripts allow-forms', 'allow-scripts allow-forms allow-same-origin']) {
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', sandbox);
    frame.srcdoc = form;
    document.body.append(frame);
  }
  const own = document.createElement('form');
  Object.assign(own, { method: 'post', action, enctype: 'text/plain' });
  document.body.append(own);
  setTimeout(() => own.submit(), 500);
  return new Promise((resolve) => setTimeout(resolve, 400));
}
