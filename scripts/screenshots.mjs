/**
 * `npm run screenshots [-- URL]`: has a training deployed and opens the pages that show it in a real browser: at the root, under the
 * prefix and behind a proxy that strips the prefix. Keeps pictures in docs/images, and fails on every error that the browser reports.
 * Without a URL it starts a system of its own; with one, API_KEY is the key. Needs Chromium (CHROMIUM, by default /usr/bin/chromium),
 * which is why it is no part of `npm test`.
 */
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startLocalSystem } from './screenshots/local-system.mjs';
import { startPrefixProxy } from './screenshots/prefix-proxy.mjs';
import { serviceAt } from './screenshots/service.mjs';
import { root } from './setup/root.mjs';

const prefix = '/model-init';
/** As in the documents; short enough that no log row of Bull Board breaks it. */
const trainingJobName = 'sentiment-nightly-42';
const images = join(root, 'docs/images');
const key = process.env.API_KEY;
const faults = [];

const chosenUrl = process.argv[2]?.replace(/\/$/, '');
const system = chosenUrl === undefined ? await startLocalSystem() : { url: chosenUrl, stop: async () => {} };
const proxy = await startPrefixProxy(system.url, prefix);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  mkdirSync(images, { recursive: true });
  const service = serviceAt(system.url, key);
  const name = await service.train(chosenUrl === undefined ? trainingJobName : undefined);
  const deploymentId = await service.untilDeployed(name);
  // One that is in progress, for the overview.
  await service.train();
  await observe('under the prefix', `${system.url}${prefix}`, { name, deploymentId, keep: true });
  await observe('at the root', system.url, { name, deploymentId, keep: false });
  await observe('behind a proxy that strips the prefix', proxy.url, { name, deploymentId, keep: false });
} finally {
  await browser.close();
  proxy.close();
  await system.stop();
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(faults.length === 0 ? `All pages work; screenshots are in ${images}\n` : `${faults.length} faults\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Makes all rows of a log visible at once, broken between words: Bull Board shows the first few, in a narrow frame. */
async function unfold(row) {
  await row.evaluate((element) => {
    for (let part = element; part instanceof HTMLElement && part.tagName !== 'MAIN'; part = part.parentElement) {
      Object.assign(part.style, { maxHeight: 'none', maxWidth: 'none', fontSize: '13px' });
      for (const child of part.children) child.style.wordBreak = 'normal';
    }
  });
}

/** In the page: pictures name neither the machine nor the ports on which they were taken. */
function replaceTexts(replacements) {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    for (const [from, to] of replacements) text.textContent = text.textContent.replaceAll(from, to);
  }
}

/** Goes through the pages as a person would. */
async function observe(how, base, { name, deploymentId, keep }) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 740 },
    httpCredentials: key === undefined ? undefined : { username: 'screenshots', password: key },
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(`${how}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`${how}: ${error.message}`));
  page.on('request', (requested) => {
    if (!/^(data|blob):/.test(requested.url()) && !requested.url().startsWith(base))
      faults.push(`${how}: requests ${requested.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${how}: ${response.status()} for ${response.url()}`);
  });
  const step = async (what, act) => {
    try {
      await act();
      process.stdout.write(`ok  ${what}, ${how}\n`);
    } catch (error) {
      faults.push(`${how}: ${what}: ${error.message.split('\n')[0]}`);
    }
  };
  const shoot = async (image, height) => {
    if (!keep) return;
    await page.evaluate(replaceTexts, [
      [`${hostname()}-`, 'host-'],
      [new URL(base).origin, 'http://127.0.0.1:8006'],
    ]);
    await page.screenshot({ path: join(images, image), clip: { x: 0, y: 0, width: 1280, height } });
  };

  for (const slash of ['/', '']) {
    await step(`Bull Board at /admin/queues${slash}`, async () => {
      await page.goto(`${base}/admin/queues${slash}`);
      await page.getByText('check-training').first().waitFor();
      await page.waitForLoadState('networkidle');
    });
  }
  for (const [queue, jobId, lastWords] of [
    ['check-training', `check-${name}`, 'training: '],
    ['deploy', `deploy-${deploymentId}`, 'deployment succeeded'],
  ]) {
    await step(`the log of a ${queue} job in Bull Board, by clicking`, async () => {
      await page.locator(`a[href$="/queue/${queue}"]`).first().click();
      await page.locator(`a[href*="${jobId}"]`).first().click();
      await page.getByRole('tab', { name: 'Logs' }).first().click();
      await page.getByText(lastWords).first().waitFor();
      await page.waitForLoadState('networkidle');
    });
    await unfold(page.getByText(lastWords).first());
    await shoot(`bull-board-${queue}.png`, 600);
    await step('the same after a reload', async () => {
      await page.reload();
      await page.getByText(name).first().waitFor();
    });
  }
  for (const slash of ['/', '']) {
    await step(`the API's page at /docs${slash}`, async () => {
      await page.goto(`${base}/docs${slash}`);
      await page.getByText('Start a training').first().waitFor();
    });
  }
  // Down to the third operation, which leaves none cut in two.
  const { y, height } = await page.locator('.opblock').nth(2).boundingBox();
  await shoot('docs.png', Math.ceil(y + height + 8));
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
  });
  await context.close();
}
