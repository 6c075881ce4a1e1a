import { describe, expect, it } from 'vitest';
import type { Api } from '../api/harness.ts';
import { cell } from '../../src/console/runs/export.ts';
import { filterOf, readRunsQuery, writeRunsQuery } from '../../src/console/runs/query.ts';
import { metricLines, sparkline } from '../../src/console/runs/sparkline.ts';
import { expectAccessible } from './axe.ts';
import { type ConsoleUser, keys, signIn, startWithKeys, userOf } from './console.ts';
import { seedRunKinds } from './run-kinds.ts';

const as = async (api: Api, role: keyof typeof keys): Promise<ConsoleUser> => userOf(api, await signIn(api, keys[role]));
const namesIn = (text: string): string[] => [...text.matchAll(/<tr data-row id="run-([\w-]+)"/g)].map(([, name = '']) => name);
const chip = (text: string, word: string): string =>
  new RegExp(`${word}\\s*<span class="count">([\\d,]+)<`).exec(text)?.[1] ?? '';
const withoutTags = (text: string): string => text.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');

describe('/console/runs', () => {
  it('shows, counts, filters and exports runs of every kind, by its address alone', async () => {
    const api = await startWithKeys();
    const names = await seedRunKinds(api.ctx.store, api.ctx.now());
    const otto = await as(api, 'operate');

    const all = (await otto.get('/runs')).text;
    expect(namesIn(all)).toHaveLength(Object.keys(names).length);
    expect([chip(all, 'Completed'), chip(all, 'Failed'), chip(all, 'Awaiting approval')]).toEqual(['17', '1', '1']);
    expect(all).not.toContain('<script>alert');
    expect(all).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot; onmouseover=');
    expect(Buffer.byteLength(all)).toBeLessThan(60_000);
    await expectAccessible(all);

    const filtered = (await otto.get('/runs?status=completed&deployment_status=rolled_back,rejected')).text;
    expect(namesIn(filtered)).toEqual(['nightly-rejected', 'nightly-rolled-back']);
    expect(chip(filtered, 'Deployed')).toBe('11');
    expect(namesIn((await otto.get('/runs?name_contains=BEFORE-3&endpoint_name=')).text)).toEqual(['nightly-before-3']);
    expect(namesIn((await otto.get('/runs?since=20m')).text)).toEqual([
      'nightly-canary',
      'nightly-requested',
      'nightly-training',
    ]);

    const wrong = await otto.get('/runs?status=faild&since=yesterday&limit=0');
    expect(wrong.status).toBe(200);
    expect(wrong.text).toMatch(/role="alert"[^]*status must be one of requested[^]*since must be an instant/);
    expect((await otto.get('/runs?cursor=nonsense')).status).toBe(422);
    // As GET /training-jobs gives it out.
    expect((await otto.get('/runs?cursor=Mg.0123abcd')).status).toBe(200);

    // By cursor, each run once.
    const seen: string[] = [];
    for (let path: string | undefined = '/runs?limit=8&status=completed'; path !== undefined;) {
      const { text } = await otto.get(path);
      seen.push(...namesIn(text));
      path = /rel="next"\s*href="[^"]*\/(runs\?[^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
      path &&= `/${path}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([17, 17]);

    const csv = await otto.get('/runs.csv?status=failed');
    expect(csv.headers.get('content-disposition')).toBe('attachment; filename="runs.csv"');
    expect(csv.text.split('\r\n')).toEqual([
      expect.stringMatching(/^training_job_name,endpoint_name,status,/),
      expect.stringMatching(
        /^nightly-failed,endpoint-failed,failed,none,algorithm,"AlgorithmError: =1\+1;.*\\""CUDA|^nightly-failed,.*""CUDA/,
      ),
      '',
    ]);
    const json = JSON.parse((await otto.get('/runs.json?deployment_status=deployed')).text) as { training_job_name: string }[];
    expect(json.map(({ training_job_name: name }) => name)).toContain('nightly-live');
    expect(json).toHaveLength(11);
  });

  it('keeps its rows while it follows what happens, and counts what is new', async () => {
    const api = await startWithKeys();
    const { ask } = api;
    const otto = await as(api, 'operate');
    const start = (name: string) =>
      ask('POST', '/bootstrap', { json: { training_job_name: name }, headers: { 'x-api-key': keys.operate } });
    await start('one');
    const { text } = await otto.get('/runs');
    const live = /data-live-from="([^"]+)"/.exec(text)?.[1] ?? '';
    api.advance(1);
    await start('two');
    await start('three');
    const followed = (await otto.get(`/runs${live.replaceAll('&amp;', '&')}`)).text;
    expect(namesIn(followed)).toEqual(['one']);
    expect(withoutTags(followed)).toContain('2 new');
    expect(chip(followed, 'Training')).toBe('3');
    expect(/data-live-from="([^"]+)"/.exec(followed)?.[1]).toBe(live);
    expect(namesIn((await otto.get('/runs')).text).toSorted()).toEqual(['one', 'three', 'two']);
  });
});

describe('/console/runs/NAME', () => {
  it('says where each kind of run stands, with its time line, and no secret', async () => {
    const api = await startWithKeys();
    const names = await seedRunKinds(api.ctx.store, api.ctx.now());
    const anna = await as(api, 'approve');
    const said = {
      training: 'Training at SageMaker since',
      requested: 'SageMaker has not started the training yet.',
      live: '8.4 s after the training ended, detected by an event.',
      approval: 'for a person to approve it for endpoint-approval',
      canary: 'Canary at 10 % of the traffic (baking) on endpoint-canary since',
      'rolled-back': 'The deployment was rolled back at',
      failed: 'AlgorithmError: =1+1;',
      superseded: 'nightly-newer is newer and went live on endpoint-superseded.',
      rejected: 'the gate failed: validation:accuracy',
      adopted: 'Training at SageMaker since',
      attempts: 'SageMaker refuses a step of the deployment to endpoint-attempts since',
    };
    for (const [kind, words] of Object.entries(said)) {
      const { status, text } = await anna.get(`/runs/${names[kind]}`);
      expect([kind, status, withoutTags(text).includes(words)]).toEqual([kind, 200, true]);
      expect(text).not.toMatch(/secret-value|<script>|\sstyle=|<title>=1\+1/);
      expect(Buffer.byteLength(text), kind).toBeLessThan(60_000);
      // Every bar leads to its row.
      const bars = [...text.matchAll(/class="bar [^"]*"\s*href="#([\w-]+)"/g)].map(([, id]) => id);
      expect(bars.length, kind).toBeGreaterThan(0);
      for (const id of bars) expect(text).toContain(`<tr id="${id}">`);
    }
    for (const kind of ['approval', 'attempts']) await expectAccessible((await anna.get(`/runs/${names[kind]}`)).text);
    const seventh = (await anna.get('/runs/nightly-attempts?attempt=7')).text;
    expect(withoutTags(seventh)).toContain('Attempt 7 failed at');
    expect(seventh).toMatch(/starting[^]*retrying/);
    const earlier = /\?history_before=\d+/.exec(seventh)?.[0] ?? '';
    expect(withoutTags((await anna.get(`/runs/nightly-attempts${earlier}`)).text)).toContain('The newest entries');
    expect((await anna.get('/runs/no-such-run')).status).toBe(404);
    // Its training failed, and nothing was ever deployed there.
    expect((await anna.get('/endpoints/endpoint-failed')).status).toBe(200);
    expect((await anna.get('/endpoints/endpoint-missing')).status).toBe(404);
  });

  it('shows only what a key may do, and refuses the rest', async () => {
    const api = await startWithKeys();
    const names = await seedRunKinds(api.ctx.store, api.ctx.now());
    const actsOf = async (user: ConsoleUser, kind: string): Promise<string[]> =>
      [...(await user.get(`/runs/${names[kind]}`)).text.matchAll(/<a class="button" data-act[^>]*>([^<]+)</g)].map(
        ([, word = '']) => word.trim(),
      );
    const [rita, otto, anna] = [await as(api, 'read'), await as(api, 'operate'), await as(api, 'approve')];
    expect(await actsOf(rita, 'approval')).toEqual([]);
    expect(await actsOf(otto, 'approval')).toEqual(['Abort', 'Start one like this']);
    expect(await actsOf(anna, 'approval')).toEqual(['Approve', 'Reject', 'Abort', 'Start one like this']);
    expect(await actsOf(otto, 'training')).toEqual(['Stop', 'Start one like this']);
    expect(await actsOf(otto, 'live')).toEqual(['Start one like this']);
    expect(await actsOf(otto, 'rolled-back')).toEqual(['Deploy again', 'Start one like this']);
    expect(await actsOf(otto, 'adopted')).toEqual(['Stop']);
    expect((await rita.get('/runs')).text).not.toContain('type="checkbox"');
    for (const path of [
      '/runs/nightly-training/stop',
      '/runs/nightly-rejected/deploy',
      '/runs/nightly-live/start-like',
      '/chosen-runs?act=stop&name=a',
    ])
      expect([(await rita.get(path)).status, (await rita.post(path)).status]).toEqual([403, 403]);
    expect((await otto.post('/runs/nightly-training/stop', {}, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await api.ctx.store.runs.find('nightly-training'))?.stopRequestedAt).toBeNull();
  });
});

describe('what is done on the pages of runs', () => {
  it('stops, starts one like another, and deploys, with the name of the key and its reason', async () => {
    const api = await startWithKeys();
    const { ctx, ask } = api;
    const otto = await as(api, 'operate');
    const hyperparameters = { epochs: '3', lr: '0.1' };
    await ask('POST', '/bootstrap', {
      json: { training_job_name: 'first', hyperparameters },
      headers: { 'x-api-key': keys.operate },
    });

    const form = await otto.get('/runs/first/start-like');
    const key = /name="key" value="([^"]+)"/.exec(form.text)?.[1] ?? '';
    const fields = {
      key,
      training_job_name: 'second',
      endpoint_name: 'other',
      hyperparameters: 'epochs=5\n',
      reason: 'more epochs',
      auto_deploy: 'on',
    };
    const started = await otto.post('/runs/first/start-like', fields);
    expect([started.status, started.headers.get('location')]).toEqual([303, '../../runs/second']);
    expect((await otto.post('/runs/first/start-like', fields)).headers.get('location')).toBe('../../runs/second');
    const second = await ctx.store.runs.find('second');
    expect(second).toMatchObject({ endpointName: 'other', autoDeploy: true, requestedBy: 'otto', reason: 'more epochs' });
    expect(second?.shapes?.training.HyperParameters).toEqual({ epochs: '5', lr: '0.1' });
    const refused = await otto.post('/runs/first/start-like', { ...fields, key: `${key}1`, hyperparameters: 'epochs' });
    expect([refused.status, refused.text.includes('hyperparameters, line 1, must be NAME=VALUE')]).toEqual([422, true]);
    // What was written is there: sent again, it must not be the run's own request.
    expect(refused.text).toMatch(/name="training_job_name"\s+value="second"[^]*value="other"[^]*>\s*epochs<\/textarea/);
    const { auto_deploy: _, ...alone } = { ...fields, key: `${key}1`, hyperparameters: 'epochs' };
    expect((await otto.post('/runs/second/start-like', alone)).text).not.toMatch(/name="auto_deploy"\s+checked/);

    expect((await otto.post('/runs/first/stop')).status).toBe(303);
    expect(await ctx.store.runs.find('first')).toMatchObject({ stopRequestedAt: expect.any(Number) });

    await api.train('manual', 'completed');
    await ask('POST', '/deploy/manual', { headers: { 'x-api-key': keys.operate } });
    const abort = /href="\.\.\/(deployments\/[^"]+\/abort)"/.exec((await otto.get('/runs/manual')).text)?.[1] ?? '';
    const aborted = await otto.post(`/${abort}`, { reason: 'wrong data' });
    expect(aborted.status).toBe(303);
    expect(withoutTags((await otto.get('/runs/manual')).text)).toContain('was turned down');
    const repeated = await otto.post('/runs/manual/deploy', { reason: 'kept <b>' });
    expect([repeated.status, repeated.text.includes('kept &lt;b&gt;')]).toEqual([409, true]);
    expect((await otto.post('/runs/manual/deploy', { force: 'on', reason: 'right after all' })).status).toBe(303);
    const { items } = await ctx.store.deployments.list({
      filter: { trainingJobName: 'manual' },
      page: { limit: 1, cursor: null },
    });
    expect(items[0]).toMatchObject({
      forced: true,
      overrides: false,
      requestedBy: 'otto',
      reason: 'right after all',
      attempts: 2,
    });
  });

  it('says of each selected run what came of it', async () => {
    const api = await startWithKeys();
    const { ask, ctx } = api;
    const otto = await as(api, 'operate');
    for (const name of ['one', 'two'])
      await ask('POST', '/bootstrap', { json: { training_job_name: name }, headers: { 'x-api-key': keys.operate } });
    const confirm = await otto.get('/chosen-runs?act=stop&name=one&name=two&name=three');
    expect(withoutTags(confirm.text)).toContain('Stop 3 runs');
    await expectAccessible(confirm.text);
    const raw = new URLSearchParams([...['one', 'two', 'three'].map((name) => ['name', name]), ['act', 'stop']] as [
      string,
      string,
    ][]).toString();
    const { status, text } = await ask('POST', '/console/chosen-runs', {
      headers: { cookie: await signIn(api, keys.operate), origin: api.url, 'content-type': 'application/x-www-form-urlencoded' },
      raw,
    });
    expect([
      status,
      withoutTags(text).includes('Stop: 2 of 3 runs'),
      text.includes('There is no training run named three'),
    ]).toEqual([200, true, true]);
    expect((await ctx.store.runs.find('two'))?.stopRequestedAt).toEqual(expect.any(Number));
    const many = Array.from({ length: 101 }, (_, index) => `name=n${index}`).join('&');
    for (const query of ['act=stop', 'act=remove&name=one', 'act=stop&name=<b>', `act=stop&${many}`])
      expect((await otto.get(`/chosen-runs?${query}`)).status, query.slice(0, 30)).toBe(422);
  });
});

describe('readRunsQuery', () => {
  it('is written as it was read, and takes the words of a form', () => {
    const address = '?status=failed,stopped&deployment_status=none&endpoint_name=live&name_contains=night&since=24h&limit=20';
    const { query, issues } = readRunsQuery(new URLSearchParams(address));
    expect([writeRunsQuery(query), issues]).toEqual([address, []]);
    const ofForm = readRunsQuery(new URLSearchParams('status=stopped&status=failed&endpoint_name=&since=')).query;
    expect(writeRunsQuery(ofForm)).toBe('?status=failed,stopped');
    expect(filterOf(query, 90_000_000)).toMatchObject({ since: 3_600_000, endpointName: 'live' });
  });
});

describe('a cell of CSV', () => {
  it.each([
    [null, ''],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['=1+1', "'=1+1"],
    ['-1\n@x', `"'-1\n@x"`],
  ])('%j > is %j', (value, written) => expect(cell(value)).toBe(written));
});

describe('sparkline', () => {
  it('says the place of the run among the last ones', async () => {
    const [line] = metricLines({ accuracy: 0.93 }, [
      { metrics: { accuracy: 0.93 } },
      { metrics: null },
      { metrics: { accuracy: 0.9 } },
      { metrics: { accuracy: 0.95 } },
    ]);
    expect(line?.values).toEqual([0.95, 0.9, 0.93]);
    expect(String(await sparkline(line!))).toContain(
      'accuracy of the last 3 runs, from 0.9 to 0.95; this run: 0.93, 2 of 3 from the highest',
    );
    expect(sparkline({ name: 'a', value: 1, values: [1] })).toBe('');
  });
});
