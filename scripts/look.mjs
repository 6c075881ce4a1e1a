/**
 * `npm run screenshots [URL]`: opens the pages of a running system (by default that of `npm start`) in a real browser, behind a proxy
 * that strips a prefix as well, tries the API from its page, and keeps what it saw in docs/images. Fails on whatever a browser
 * complains of. Needs Chromium (CHROMIUM, by default /usr/bin/chromium), which is why it is no part of `npm test`.
 */
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const url = (process.argv[2] ?? 'http://127.0.0.1:8006').replace(/\/$/, '');
const key = process.env.API_KEY;
const images = fileURLToPath(new URL('../docs/images', import.meta.url));
const faults = [];

await mkdir(images, { recursive: true });
const proxy = await startStrippingProxy('/model-init');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const job = await startTraining();
  for (const [how, base] of [
    ['at the root', url],
    ['under /model-init', `${url}/model-init`],
    ['behind a proxy that strips the prefix', `${proxy.url}/model-init`],
  ]) {
    await look(how, base, job);
  }
} finally {
  await browser.close();
  proxy.close();
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(faults.length === 0 ? `All pages work; screenshots are in ${images}\n` : `${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function look(how, base, job) {
  const keep = how === 'under /model-init';
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    httpCredentials: key === undefined ? undefined : { username: 'look', password: key },
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${how}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`${how}: ${error.message}`));
  page.on('request', (asked) => {
    if (!/^(data|blob):/.test(asked.url()) && !asked.url().startsWith(base)) faults.push(`${how}: asks for ${asked.url()}`);
  });
  page.on('response', (answer) => {
    if (answer.status() >= 400) faults.push(`${how}: ${answer.status()} for ${answer.url()}`);
  });
  const step = async (what, act) => {
    try {
      await act();
      process.stdout.write(`ok  ${what}, ${how}\n`);
    } catch (error) {
      faults.push(`${how}: ${what}: ${error.message.split('\n')[0]}`);
    }
  };

  for (const slash of ['', '/']) {
    await step(`Bull Board at /admin/queues${slash}`, async () => {
      await page.goto(`${base}/admin/queues${slash}`);
      await page.getByText('check-training').first().waitFor();
      await page.waitForLoadState('networkidle');
      if (keep && slash === '') await page.screenshot({ path: `${images}/bull-board.png` });
    });
  }
  await step('a job in Bull Board, by clicking', async () => {
    await page
      .getByRole('link', { name: /check-training/ })
      .first()
      .click();
    await page.getByText(job).first().waitFor();
    if (keep) await page.screenshot({ path: `${images}/bull-board-jobs.png` });
  });
  await step('the same after a reload', async () => {
    await page.reload();
    await page.getByText(job).first().waitFor();
  });
  for (const slash of ['', '/']) {
    await step(`the API's page at /docs${slash}`, async () => {
      await page.goto(`${base}/docs${slash}`);
      await page.getByText('Start a training').first().waitFor();
      if (keep && slash === '') await page.screenshot({ path: `${images}/docs.png` });
    });
  }
  await step('trying the API from its page', async () => {
    if (key !== undefined) {
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.getByLabel('auth-bearer-value').fill(key);
      await page.getByRole('button', { name: 'Apply credentials' }).first().click();
      await page.getByRole('button', { name: 'Close' }).first().click();
    }
    const operation = page.locator('#operations-training-listTrainingJobs');
    await operation.getByText('/training-jobs').first().click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    await operation.locator('.live-responses-table .response').getByText('200').first().waitFor();
    await operation.locator('.live-responses-table').scrollIntoViewIfNeeded();
    if (keep) await page.screenshot({ path: `${images}/docs-try.png` });
  });
  await context.close();
}

/** One that is watched while we look. */
async function startTraining() {
  const answer = await fetch(`${url}/bootstrap?auto_deploy=true`, {
    method: 'POST',
    headers: key === undefined ? {} : { 'x-api-key': key },
  });
  const body = await answer.json();
  if (answer.status !== 202) throw new Error(`POST ${url}/bootstrap: ${answer.status} ${body.detail}`);
  return body.training_job_name;
}

async function startStrippingProxy(prefix) {
  const { hostname, port } = new URL(url);
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url.startsWith(prefix)) return void outgoing.writeHead(404).end('outside of the prefix');
    const path = incoming.url.slice(prefix.length) || '/';
    const passed = request({ hostname, port, path, method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on('error', () => outgoing.destroy());
    incoming.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() && server.closeAllConnections() };
}
