/** Every page of the console, over one system that has runs of each kind. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Api } from '../api/harness.ts';
import { eventually } from '../../tools/testkit/eventually.ts';
import { expectAccessible } from './axe.ts';
import { type ConsoleUser, keys, signIn, startWithKeys, userOf } from './console.ts';

const evil = `<script>alert(1)</script>"'&<img src=x onerror=alert(1)>\u202Egnp.exe`;
const run = 'sentiment-nightly-42';
const endpoint = 'ml-sentiment-endpoint';

/** A training that is completed, with a deployment that waits, through the API. */
async function complete(api: Api, name: string): Promise<string> {
  const headers = { 'x-api-key': keys.operate };
  const json = { training_job_name: name, hyperparameters: { [evil]: evil }, reason: evil };
  expect((await api.ask('POST', '/bootstrap?auto_deploy=true', { headers, json })).status).toBe(202);
  await fetch(`${api.simulator.url}/_control/training-jobs/${name}/complete`, {
    method: 'POST',
    body: JSON.stringify({ metrics: { [evil]: 0.93 } }),
  });
  const { body } = await api.ask<{ deployment_id: string }>('POST', `/deploy/${name}`, { headers });
  return body.deployment_id;
}

/** axe reads a page for seconds where the machine is busy. */
const slowMs = 180_000;

const usersOf = async (api: Api) => ({
  read: userOf(api, await signIn(api, keys.read)),
  operate: userOf(api, await signIn(api, keys.operate)),
  approve: userOf(api, await signIn(api, keys.approve)),
});

describe('the pages', () => {
  it('show what there is, escaped, accessibly, and to each role what it may do', { timeout: slowMs }, async () => {
    const api = await startWithKeys();
    const deploymentId = await complete(api, run);
    const users = await usersOf(api);
    const pages = [
      '',
      `/endpoints/${endpoint}`,
      `/deployments/${deploymentId}`,
      '/approvals',
      '/system',
      `/endpoints/${endpoint}/hold`,
    ];
    for (const path of pages) {
      const page = await users.approve.get(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.text, path).not.toMatch(/<script>alert|<img/);
      expect(page.text, path).not.toContain('undefined');
      // What turns the direction of a text around stays within its own element.
      expect(page.text, path).not.toContain('gnp.exe”');
      expect(page.text.length, path).toBeLessThan(60_000);
      await expectAccessible(page.text);
    }
    const mayHold = (text: string): boolean => text.includes(`endpoints/${endpoint}/hold"`);
    expect(mayHold((await users.read.get('')).text)).toBe(false);
    expect(mayHold((await users.operate.get('')).text)).toBe(true);
    const abort = `deployments/${deploymentId}/abort"`;
    expect((await users.read.get(`/deployments/${deploymentId}`)).text).not.toContain(abort);
    expect((await users.operate.get(`/deployments/${deploymentId}`)).text).toContain(abort);
  });

  it('hold, release and abort, for whom it is allowed, and are live', { timeout: slowMs }, async () => {
    const api = await startWithKeys();
    const deploymentId = await complete(api, run);
    const users = await usersOf(api);
    await holds(api, users);
    await aborts(deploymentId, users);
    await isLive(api, users.read);
    expect((await users.read.get(`/endpoints/${endpoint}`)).status).toBe(200);
  });
});

type Users = Record<'read' | 'operate' | 'approve', ConsoleUser>;

async function holds(api: Api, { read, operate }: Users): Promise<void> {
  const path = `/endpoints/${endpoint}/hold`;
  // Not for this role, neither the page nor the act.
  expect((await read.get(path)).status).toBe(403);
  expect((await read.post(path, { reason: 'r' })).status).toBe(403);
  expect((await operate.post(path, { reason: 'r' }, { origin: 'https://evil.example' })).status).toBe(403);
  const page = await operate.get(path);
  expect(page.status).toBe(200);
  // What is refused is said on the page, which keeps what was written.
  const withoutReason = await operate.post(path, { reason: '  ' });
  expect([withoutReason.status, withoutReason.headers.get('location')]).toEqual([422, null]);
  expect(withoutReason.text).toMatch(/role="alert"[^>]*>A reason is needed/);
  const tooLong = await operate.post(path, { reason: `${evil}${'x'.repeat(10_000)}` });
  expect(tooLong.status).toBe(422);
  expect(tooLong.text).not.toContain('<script>alert');
  expect(tooLong.text).toContain('&lt;script&gt;alert');
  expect(await api.ctx.store.endpoints.find(endpoint)).toBeNull();

  const held = await operate.post(path, { reason: evil });
  expect([held.status, held.headers.get('location')]).toEqual([303, `../../endpoints/${endpoint}`]);
  expect(await api.ctx.store.endpoints.find(endpoint)).toMatchObject({ heldBy: 'otto', holdReason: evil });
  const shown = (await read.get(`/endpoints/${endpoint}`)).text;
  expect(shown).toContain('Held');
  expect(shown).toContain('&lt;script&gt;alert');
  expect((await operate.post(`/endpoints/${endpoint}/release`, {})).status).toBe(303);
  expect(await api.ctx.store.endpoints.find(endpoint)).toMatchObject({ heldSince: null });
  // Nothing was live before.
  const rollback = await operate.post(`/endpoints/${endpoint}/rollback`, { reason: 'worse', confirm: endpoint });
  expect(rollback.status).toBe(409);
  expect((await operate.get('/endpoints/no-such-endpoint')).status).toBe(404);
}

async function aborts(deploymentId: string, { operate, approve }: Users): Promise<void> {
  const approval = await approve.post(`/deployments/${deploymentId}/approve`, { content: 'x' });
  expect([approval.status, approval.text.includes('awaits no approval')]).toEqual([409, true]);
  expect((await operate.post(`/deployments/${deploymentId}/approve`, {})).status).toBe(403);
  expect((await operate.post(`/deployments/${deploymentId}/abort`, { reason: 'not this one' })).status).toBe(303);
  const { text } = await operate.get(`/deployments/${deploymentId}`);
  expect(text).toContain('Rejected');
  expect(text).toContain('not this one');
  expect(text).not.toContain(`/abort"`);
}

/** An entry of the history reaches a page that follows it, by the session's cookie alone. */
async function isLive(api: Api, reader: ConsoleUser): Promise<void> {
  expect((await userOf(api).get('/stream')).status).toBe(303);
  expect((await reader.get(`/endpoints/${endpoint}/status`)).text).toContain('At SageMaker');
  const cookie = await signIn(api, keys.read);
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const response = await fetch(`${api.url}/console/stream?endpoint_name=${endpoint}`, {
    headers: { cookie, accept: 'text/event-stream' },
    signal: ending.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  let received = '';
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of response.body ?? []) received += decoder.decode(piece);
  })().catch(() => {});
  await api.ctx.store.endpoints.hold({ endpointName: endpoint, by: 'otto', reason: 'seen live', now: api.ctx.now() });
  await eventually(
    () => Promise.resolve(received),
    (text) => text.includes('seen live'),
  );
  ending.abort();
  await reading;
}
