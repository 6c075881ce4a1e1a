/** The caller, from the key to the history and the log. */
import { describe, expect, it } from 'vitest';
import { startApi } from './harness.ts';

interface Entry {
  subject: string;
  to: string;
  actor: string;
  by: string | null;
  reason: string | null;
  detail: string | null;
}

interface Details {
  history: Entry[];
}

const anna = { headers: { 'x-api-key': 'secret-of-anna' } };
const bert = { headers: { authorization: 'Bearer secret-of-bert' } };
const apiKeys = ['anna:operate:secret-of-anna', 'bert:approve:secret-of-bert'];

const byOf = ({ subject, to, by, reason }: Entry) => ({ subject, to, by, reason });

describe('the history', () => {
  it('names who started a training and who stopped it, and says why', async () => {
    const { ask } = await startApi({ apiKeys });
    await ask('POST', '/bootstrap', { ...anna, json: { training_job_name: 'job', reason: 'nightly' } });
    await ask('POST', '/training-jobs/job/stop', bert);
    await ask('POST', '/training-jobs/job/stop', anna);
    const { history } = (await ask<Details>('GET', '/training-jobs/job', anna)).body;
    expect(history.map(byOf)).toEqual([
      { subject: 'training', to: 'requested', by: 'anna', reason: 'nightly' },
      { subject: 'training', to: 'training', by: null, reason: null },
      { subject: 'training', to: 'training', by: 'bert', reason: null },
    ]);
  });

  it('names who requested a deployment and who withdrew it, of a foreign training too', async () => {
    const { ask, train } = await startApi({ apiKeys });
    await train('foreign', 'completed');
    expect((await ask('POST', '/deploy/foreign', { ...anna, json: { reason: 'try it' } })).status).toBe(202);
    expect((await ask('POST', '/training-jobs/foreign/stop', bert)).status).toBe(202);
    const { history } = (await ask<Details>('GET', '/training-jobs/foreign', anna)).body;
    expect(history.map(byOf)).toEqual([
      { subject: 'training', to: 'training', by: 'anna', reason: null },
      { subject: 'training', to: 'completed', by: null, reason: null },
      { subject: 'deployment', to: 'queued', by: 'anna', reason: 'try it' },
      { subject: 'deployment', to: 'failed', by: 'bert', reason: null },
    ]);
  });

  it('names no caller where the API has no keys, and a key without a name by its place', async () => {
    for (const [keys, by] of [
      [[], null],
      [['first-key', 'second-key'], 'key-2'],
    ] as const) {
      const { ask } = await startApi({ apiKeys: keys });
      const sent = { headers: { 'x-api-key': 'second-key' } };
      await ask('POST', '/bootstrap', { ...sent, json: { training_job_name: 'job' } });
      expect((await ask<Details>('GET', '/training-jobs/job', sent)).body.history[0]).toMatchObject({ to: 'requested', by });
    }
  });

  it('keeps the first caller where a request is repeated by another with the same Idempotency-Key', async () => {
    const { ask } = await startApi({ apiKeys });
    const sendAs = ({ headers }: { headers: object }) =>
      ask('POST', '/bootstrap', { headers: { ...headers, 'idempotency-key': 'once' }, json: { training_job_name: 'job' } });
    expect((await sendAs(anna)).status).toBe(202);
    expect((await sendAs(bert)).status).toBe(200);
    const { history } = (await ask<Details>('GET', '/training-jobs/job', anna)).body;
    expect(history.map(({ by }) => by).filter((by) => by !== null)).toEqual(['anna']);
  });
});

describe('POST /deploy with force=true', () => {
  it.each<[string, object, object, boolean]>([
    ['the role approve and a reason', bert, { reason: 'it is on fire' }, true],
    ['the role approve and no reason', bert, {}, false],
    ['the role approve and a blank reason', bert, { reason: ' ' }, false],
    ['the role operate and a reason', anna, { reason: 'it is on fire' }, false],
  ])('and %s: an override or not, as the contract says', async (_, caller, json, isOverride) => {
    const { ask, ctx, train } = await startApi({ apiKeys });
    for (const [name, isKnown] of [
      ['new', false],
      ['known', true],
    ] as const) {
      await train(name, 'completed');
      if (isKnown) await ask('POST', `/deploy/${name}`, anna);
      if (isKnown) await ask('POST', `/training-jobs/${name}/stop`, anna);
      const { body } = await ask<{ deployment_id: string }>('POST', `/deploy/${name}?force=true`, { ...caller, json });
      expect(await ctx.store.deployments.find(body.deployment_id), name).toMatchObject({ forced: true, overrides: isOverride });
    }
  });
});

describe('log lines', () => {
  it('that a request causes carry the name of the key, and never the key', async () => {
    const { ask, logged } = await startApi({ apiKeys });
    await ask('POST', '/bootstrap', { ...anna, json: { training_job_name: 'job' } });
    await ask('POST', '/training-jobs/job/stop', bert);
    await ask('GET', '/health/live', bert);
    await ask('GET', '/training-jobs/job');
    const lines = logged('trace', 'debug', 'info', 'warn', 'error');
    const callersOf = (event: string) => lines.filter((line) => line['event'] === event).map(({ caller }) => caller);
    expect(callersOf('training.stop_requested')).toEqual(['bert']);
    // Health needs no key, and without one the caller is not known.
    expect(callersOf('http.request')).toEqual(['anna', 'bert', undefined, undefined]);
    expect(JSON.stringify(lines)).not.toContain('secret-of');
  });

  it('of a refused request carry it too', async () => {
    const { ask, logged } = await startApi({ apiKeys: ['eve:read:secret-of-eve'] });
    await ask('POST', '/bootstrap', { headers: { 'x-api-key': 'secret-of-eve' } });
    expect(logged('info').filter(({ status }) => status === 403)).toEqual([expect.objectContaining({ caller: 'eve' })]);
  });
});
