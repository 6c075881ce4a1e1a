import { describe, expect, it } from 'vitest';
import { startApi } from './harness.ts';
import { expectProblem } from './request.ts';

describe('query parameters', () => {
  it.each([
    ['POST', '/bootstrap?autodeploy=true', 'autodeploy', /: auto_deploy$/],
    ['GET', '/training-jobs?state=failed', 'state', /\bstatus, .*\bcursor\b/],
    ['GET', '/training-jobs?Status=failed', 'Status', /\bstatus, .*\bcursor\b/],
    ['GET', '/deployments?endpoint=live', 'endpoint', /\bendpoint_name, .*\bcursor\b/],
    ['GET', '/endpoint-status?name=live', 'name', /: endpoint_name$/],
    ['POST', '/deploy/some-job?forced=true', 'forced', /: force$/],
  ])('%s %s > names an unknown one, and those that are known', async (method, path, field, names) => {
    const { ask, simulator } = await startApi();
    for (const prefix of ['', '/model-init']) {
      const { errors } = expectProblem(await ask(method, `${prefix}${path}`), 422, 'invalid_request');
      expect(errors).toEqual([{ field, detail: expect.stringMatching(/^is not a known parameter; known are: /) }]);
      expect(errors?.[0]?.detail).toMatch(names);
    }
    expect(simulator.effects()).toEqual([]);
  });

  it.each([
    ['HEAD', '/metrics'],
    ['POST', '/training-jobs/some-job/stop'],
    ['POST', '/events'],
    ['GET', '/metrics'],
    ['GET', '/openapi.json'],
  ])('%s %s > accepts none', async (method, path) => {
    const { ask } = await startApi();
    const response = await ask(method, `${path}?verbose=1&%22=%zz`);
    expect(response.status).toBe(422);
    if (method === 'HEAD') return;
    const { errors = [] } = expectProblem(response, 422, 'invalid_request');
    // POST /events misses its body, too.
    expect(errors.filter(({ field }) => field !== 'body')).toEqual([
      { field: 'verbose', detail: 'is not a known parameter; this route has none' },
      { field: '"', detail: 'is not a known parameter; this route has none' },
    ]);
  });

  it.each([
    ['GET', '/training-jobs?limit=5&limit=6', 'limit'],
    ['GET', '/training-jobs/?status=failed&%73tatus=failed', 'status'],
    ['POST', '/bootstrap?auto_deploy=false&auto_deploy=true', 'auto_deploy'],
    ['POST', '/deploy/some-job?force=true&force=true', 'force'],
  ])('%s %s > refuses one that is given twice', async (method, path, field) => {
    const { ask, simulator } = await startApi();
    const { errors } = expectProblem(await ask(method, path), 422, 'invalid_request');
    expect(errors).toEqual([{ field, detail: 'is given more than once; send one value' }]);
    expect(simulator.effects()).toEqual([]);
  });

  it('are ignored by probes and pages', async () => {
    const { ask } = await startApi();
    for (const path of ['/health/live', '/health/ready', '/docs', '/admin/queues', '/admin/queues/api/queues'])
      expect((await ask('GET', `${path}?at=1&at=2`)).status, path).toBe(200);
  });
});
