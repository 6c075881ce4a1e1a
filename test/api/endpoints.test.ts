/** Holds, rollbacks and decisions over HTTP, with what a worker does in between. */
import { describe, expect, it } from 'vitest';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import type { EndpointBody, EndpointDetailsBody } from '../../src/api/schemas/endpoint.ts';
import type { Approval } from '../../src/core/deployment/delivery-state.ts';
import { runDeployment } from '../../src/services/deployment/run-deployment.ts';
import { startApi, type Api } from './harness.ts';
import { expectProblem } from './request.ts';

const live = 'ml-sentiment-endpoint';
const endpoint = `/endpoints/${live}`;

const deploy = async (api: Api, name: string, query = ''): Promise<DeploymentBody> => {
  await api.train(name, 'completed');
  api.advance(1);
  const { body } = await api.ask<DeploymentBody>('POST', `/deploy/${name}${query}`);
  return body;
};

/** Does what workers do with a deployment, until it is over or waits for something else than SageMaker. */
async function work(api: Api, { deployment_id: deploymentId }: Pick<DeploymentBody, 'deployment_id'>): Promise<DeploymentBody> {
  for (let round = 0; round < 20; round += 1) {
    await runDeployment(api.ctx, { deploymentId });
    const { body } = await api.ask<DeploymentBody>('GET', `/deployments/${deploymentId}`);
    if (body.finished_at !== null || body.status !== 'in_progress') return body;
    api.advance(61);
  }
  throw new Error('the deployment is not over');
}

async function goLive(api: Api, name: string): Promise<DeploymentBody> {
  const body = await work(api, await deploy(api, name));
  expect(body.status).toBe('deployed');
  return body;
}

const read = async (api: Api): Promise<EndpointDetailsBody> => (await api.ask<EndpointDetailsBody>('GET', endpoint)).body;
const reason = { reason: 'it is wrong' };

/** A deployment that a gate has left to a person. */
async function awaiting(api: Api, name: string, more: Partial<Approval> = {}): Promise<DeploymentBody> {
  const { deployment_id: deploymentId } = await deploy(api, name);
  const { store, now } = api.ctx;
  const claimed = await store.deployments.claim({ deploymentId, deadlineAt: now() + 60_000, now: now() });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  const approval: Approval = {
    status: 'pending',
    by: null,
    reason: null,
    requestedAt: now(),
    decidedAt: null,
    expiresAt: now() + 60_000,
    content: 'digest',
    notByRequester: false,
    ...more,
  };
  const { fencingToken } = claimed.deployment;
  await store.delivery.awaitApproval({ deploymentId, fencingToken, approval, detail: 'each model needs one', now: now() });
  return (await api.ask<DeploymentBody>('GET', `/deployments/${deploymentId}`)).body;
}

describe('GET /endpoints', () => {
  it.each(['', '/model-init'])(
    'under "%s" shows what is live, in progress and waiting, and what can be gone back to',
    async (prefix) => {
      const api = await startApi();
      const empty = { endpoint_name: live, live: null, live_since: null, in_progress: null, waiting: [], held: null };
      expect((await api.ask('GET', `${prefix}/endpoints`)).body).toMatchObject({ items: [empty] });
      const first = await goLive(api, 'first');
      const second = await goLive(api, 'second');
      const next = await deploy(api, 'next');
      const { status, body } = await api.ask<EndpointDetailsBody>('GET', `${prefix}/endpoints/${live.toUpperCase()}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        endpoint_name: live,
        live: { deployment_id: second.deployment_id, training_job_name: 'second' },
        live_since: second.in_service_at,
        in_progress: null,
        waiting: [{ deployment_id: next.deployment_id }],
        held: null,
        rolled_back_at: null,
        former: [{ deployment_id: first.deployment_id }],
        policy: {},
        links: {
          self: `/model-init${endpoint}`,
          rollback: `/model-init${endpoint}/rollback`,
          hold: `/model-init${endpoint}/hold`,
        },
      });
      const list = await api.ask<{ items: EndpointBody[] }>('GET', `${prefix}/endpoints`);
      expect(list.body.items.map(({ endpoint_name: name }) => name)).toEqual([live]);
      expect(list.body.items[0]).not.toHaveProperty('former');
    },
  );

  it('returns 404 for one that the service does not know', async () => {
    const api = await startApi();
    for (const [method, path, json] of [
      ['GET', '/endpoints/ml-sentimemt-endpoint', undefined],
      ['POST', '/endpoints/ml-sentimemt-endpoint/hold', reason],
      ['DELETE', '/endpoints/ml-sentimemt-endpoint/hold', undefined],
      ['POST', '/endpoints/ml-sentimemt-endpoint/rollback', reason],
      ['GET', '/deployments/none', undefined],
      ['POST', '/deployments/none/approve', undefined],
      ['POST', '/deployments/none/reject', reason],
      ['POST', '/deployments/none/abort', reason],
    ] as const)
      expectProblem(await api.ask(method, path, json === undefined ? {} : { json }), 404, 'not_found');
  });

  it('returns 422 where a reason is needed and there is none, and for what it does not know', async () => {
    const api = await startApi();
    const { deployment_id: id } = await deploy(api, 'one');
    for (const path of [`${endpoint}/hold`, `${endpoint}/rollback`, `/deployments/${id}/reject`, `/deployments/${id}/abort`]) {
      expectProblem(await api.ask('POST', path), 422, 'invalid_request');
      const missing = expectProblem(await api.ask('POST', path, { json: {} }), 422, 'invalid_request');
      expect(missing.errors).toEqual([{ field: 'reason', detail: 'is required' }]);
      expectProblem(await api.ask('POST', path, { json: { reason: '' } }), 422, 'invalid_request');
      const { errors } = expectProblem(await api.ask('POST', path, { json: { ...reason, why: 1 } }), 422, 'invalid_request');
      expect(errors).toEqual([{ field: 'why', detail: 'is not a known field' }]);
    }
    expect((await read(api)).held).toBeNull();
    expect((await api.ask<DeploymentBody>('GET', `/deployments/${id}`)).body.status).toBe('queued');
  });
});

describe('POST and DELETE /endpoints/{name}/hold', () => {
  it('keeps everything but what is forced from the endpoint, until it is released', async () => {
    const api = await startApi();
    await goLive(api, 'first');
    const held = await api.ask<EndpointDetailsBody>('POST', `${endpoint}/hold`, { json: reason });
    expect(held.status).toBe(200);
    expect(held.body.held).toEqual({ since: expect.stringMatching(/Z$/), by: null, reason: 'it is wrong' });
    const waiting = await deploy(api, 'second');
    expect(await work(api, waiting)).toMatchObject({
      status: 'queued',
      waits_for: { kind: 'hold', detail: 'the endpoint is held: it is wrong' },
    });
    // Again, for another reason: it is the same hold.
    const repeated = await api.ask<EndpointDetailsBody>('POST', `${endpoint}/hold`, { json: { reason: 'still' } });
    expect(repeated.body.held).toEqual({ since: held.body.held?.since, by: null, reason: 'still' });
    expect((await work(api, await deploy(api, 'third', '?force=true'))).status).toBe('deployed');
    const released = await api.ask<EndpointDetailsBody>('DELETE', `${endpoint}/hold`);
    expect(released).toMatchObject({ status: 200, body: { held: null } });
    expect((await api.ask('DELETE', `${endpoint}/hold`)).status).toBe(200);
    expect((await work(api, waiting)).status).toBe('superseded');
  });

  it('is a tag on the endpoint for as long as it lasts', async () => {
    const api = await startApi();
    await goLive(api, 'first');
    const tags = async (): Promise<Record<string, string>> => {
      const { arn } = await api.ctx.sagemaker.describeEndpoint(live);
      return api.ctx.sagemaker.listTags(arn);
    };
    await api.ask('POST', `${endpoint}/hold`, { json: reason });
    expect((await tags())['autodeploy:hold']).toMatch(/Z: it is wrong$/);
    await api.ask('DELETE', `${endpoint}/hold`);
    expect(await tags()).not.toHaveProperty('autodeploy:hold');
    // The sweep looks again, since a late call may bring the tag back.
    expect(await api.ctx.store.endpoints.listTagsDue(10)).toMatchObject([{ heldSince: null, tagsDue: true }]);
  });
});

describe('POST /endpoints/{name}/rollback', () => {
  it('goes back no further when a client repeats its Idempotency-Key', async () => {
    const api = await startApi();
    for (const name of ['first', 'second', 'third']) await goLive(api, name);
    const rollback = (key: string, json: object = reason) =>
      api.ask<DeploymentBody>('POST', `${endpoint}/rollback`, { json, headers: { 'idempotency-key': key } });
    const { body } = await rollback('mine');
    expect(body).toMatchObject({ training_job_name: 'second', status: 'queued' });
    expect((await work(api, body)).status).toBe('deployed');
    // Its response was lost, and it comes again when the first one is over.
    expect(await rollback('mine')).toMatchObject({
      status: 202,
      body: { deployment_id: body.deployment_id, status: 'deployed' },
    });
    expectProblem(await rollback('mine', { ...reason, hold: false }), 409, 'idempotency_conflict');
    expect((await rollback('another')).body).toMatchObject({ training_job_name: 'first' });
  });

  it('returns to what was live before, holds the endpoint and turns down what was live', async () => {
    const api = await startApi();
    const first = await goLive(api, 'first');
    const second = await goLive(api, 'second');
    const waiting = await deploy(api, 'third');
    const { status, headers, body } = await api.ask<DeploymentBody>('POST', `${endpoint}/rollback`, { json: reason });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(body.links.self);
    expect(body).toMatchObject({
      training_job_name: 'first',
      trigger: 'rollback',
      forced: true,
      restores: first.deployment_id,
      reason: 'it is wrong',
      status: 'queued',
    });
    // Repeated while it is on its way, it is the same.
    const repeated = await api.ask<DeploymentBody>('POST', `${endpoint}/rollback`, { json: reason });
    expect(repeated).toMatchObject({ status: 202, body: { deployment_id: body.deployment_id } });
    expect((await work(api, body)).status).toBe('deployed');
    expect(await read(api)).toMatchObject({
      live: { training_job_name: 'first', deployment_id: body.deployment_id },
      held: { reason: 'it is wrong' },
      rolled_back_at: expect.any(String),
      waiting: [],
      former: [{ deployment_id: second.deployment_id }],
    });
    const third = await api.ask<DeploymentBody>('GET', `/deployments/${waiting.deployment_id}`);
    expect(third.body.status).toBe('rejected');
    for (const name of ['second', 'third']) {
      expectProblem(await api.ask('POST', `/deploy/${name}`), 409, 'rejected');
      const { arn } = await api.ctx.sagemaker.describeTrainingJob(name);
      expect(await api.ctx.sagemaker.listTags(arn)).toMatchObject({ 'autodeploy:turned-down': 'rollback' });
    }
    const { arn } = await api.ctx.sagemaker.describeEndpoint(live);
    expect(await api.ctx.sagemaker.listTags(arn)).toMatchObject({
      'autodeploy:hold': expect.stringMatching(/Z: it is wrong$/),
      'autodeploy:rolled-back-at': expect.stringMatching(/Z$/),
    });
    // What was rolled back from can be put there again by a person.
    expect(await api.ask('POST', '/deploy/second?force=true')).toMatchObject({ status: 202 });
  });

  it('takes a training job or a deployment, and leaves the endpoint open without hold', async () => {
    const api = await startApi();
    const first = await goLive(api, 'first');
    await goLive(api, 'second');
    await goLive(api, 'third');
    const to = { ...reason, to: first.deployment_id, hold: false };
    const { body } = await api.ask<DeploymentBody>('POST', `${endpoint}/rollback`, { json: to });
    expect((await work(api, body)).training_job_name).toBe('first');
    expect((await read(api)).held).toBeNull();
    const back = await api.ask<DeploymentBody>('POST', `${endpoint}/rollback`, { json: { ...reason, to: 'second' } });
    expect(back).toMatchObject({ status: 202, body: { training_job_name: 'second' } });
  });

  it('refuses when there is nothing to go back to, and leaves everything as it is', async () => {
    const api = await startApi();
    const rollback = (json: object) => api.ask('POST', `${endpoint}/rollback`, { json });
    expectProblem(await rollback(reason), 409, 'nothing_to_roll_back_to');
    await goLive(api, 'first');
    expectProblem(await rollback(reason), 409, 'nothing_to_roll_back_to');
    expectProblem(await rollback({ ...reason, to: 'first' }), 409, 'nothing_to_roll_back_to');
    await goLive(api, 'second');
    expectProblem(await rollback({ ...reason, to: 'none' }), 409, 'nothing_to_roll_back_to');
    expect(await read(api)).toMatchObject({ held: null, rolled_back_at: null });
  });
});

describe('POST /deployments/{id}/approve, /reject and /abort', () => {
  it('lets an approved deployment go, once', async () => {
    const api = await startApi();
    const { deployment_id: id, waits_for: waits } = await awaiting(api, 'one');
    expect(waits).toMatchObject({ kind: 'approval', detail: 'each model needs one' });
    const approve = () => api.ask<DeploymentBody>('POST', `/deployments/${id}/approve`, { json: { reason: 'good' } });
    const first = await approve();
    expect(first).toMatchObject({ status: 200, body: { status: 'queued', approval: { status: 'approved', reason: 'good' } } });
    expect(await api.jobsOf('deploy')).toContain(`deploy-${id}`);
    expect(await approve()).toMatchObject({ status: 200, body: { approval: first.body.approval } });
    expectProblem(await api.ask('POST', `/deployments/${id}/reject`, { json: reason }), 409, 'already_decided');
    expect((await work(api, first.body)).status).toBe('deployed');
    expect((await approve()).status).toBe(200);
  });

  it('ends a rejected one, tags its training and deploys it only by force', async () => {
    const api = await startApi();
    const { deployment_id: id } = await awaiting(api, 'one');
    const rejected = await api.ask<DeploymentBody>('POST', `/deployments/${id}/reject`, { json: reason });
    expect(rejected).toMatchObject({
      status: 200,
      body: { status: 'rejected', failure_reason: 'rejected: it is wrong', approval: { status: 'rejected' } },
    });
    expect((await api.ask('POST', `/deployments/${id}/reject`, { json: reason })).status).toBe(200);
    expectProblem(await api.ask('POST', `/deployments/${id}/approve`), 409, 'already_decided');
    const { arn } = await api.ctx.sagemaker.describeTrainingJob('one');
    expect(await api.ctx.sagemaker.listTags(arn)).toMatchObject({ 'autodeploy:turned-down': 'person' });
    expectProblem(await api.ask('POST', '/deploy/one'), 409, 'rejected');
    expect(await api.ask('POST', '/deploy/one?force=true')).toMatchObject({ status: 202, body: { forced: true } });
    const { body } = await api.ask<{ history: object[] }>('GET', `/deployments/${id}`);
    expect(body.history.at(-1)).toMatchObject({ from: 'awaiting_approval', to: 'rejected', reason: 'it is wrong' });
  });

  it('has nothing to decide about what does not wait for it, or was not decided in time', async () => {
    const api = await startApi();
    const queued = await deploy(api, 'queued');
    for (const verb of ['approve', 'reject'])
      expectProblem(
        await api.ask('POST', `/deployments/${queued.deployment_id}/${verb}`, { json: reason }),
        409,
        'not_awaiting_approval',
      );
    await api.ask('POST', `/deployments/${queued.deployment_id}/abort`, { json: reason });
    const late = await awaiting(api, 'late', { expiresAt: api.ctx.now() + 1000 });
    api.advance(2);
    const approve = () => api.ask('POST', `/deployments/${late.deployment_id}/approve`);
    const { detail } = expectProblem(await approve(), 409, 'not_awaiting_approval');
    expect(detail).toBe('The time to decide is over: the deployment is rejected');
    expect(await work(api, late)).toMatchObject({ status: 'rejected', approval: { status: 'expired' } });
    expectProblem(await approve(), 409, 'not_awaiting_approval');
  });

  it('aborts what waits at once, as often as it is asked', async () => {
    const api = await startApi();
    const { deployment_id: id } = await deploy(api, 'one');
    const abort = () => api.ask<DeploymentBody>('POST', `/deployments/${id}/abort`, { json: reason });
    expect(await abort()).toMatchObject({ status: 200, body: { status: 'rejected' } });
    expect(await abort()).toMatchObject({ status: 200, body: { status: 'rejected' } });
    const done = await goLive(api, 'two');
    expectProblem(
      await api.ask('POST', `/deployments/${done.deployment_id}/abort`, { json: reason }),
      409,
      'not_awaiting_approval',
    );
  });

  it('brings the endpoint back when one is aborted that has touched it', async () => {
    const api = await startApi();
    const first = await goLive(api, 'first');
    const { deployment_id: deploymentId } = await deploy(api, 'second');
    await runDeployment(api.ctx, { deploymentId });
    const aborted = await api.ask<DeploymentBody>('POST', `/deployments/${deploymentId}/abort`, { json: reason });
    expect(aborted).toMatchObject({ status: 200, body: { status: 'in_progress' } });
    expect(await work(api, aborted.body)).toMatchObject({ status: 'rolled_back', failure_reason: 'aborted: it is wrong' });
    expect((await api.sdk.describeEndpoint({ EndpointName: live })).EndpointConfigName).toBe(first.endpoint_config_name);
    expectProblem(await api.ask('POST', '/deploy/second'), 409, 'rejected');
    const { arn } = await api.ctx.sagemaker.describeTrainingJob('second');
    expect(await api.ctx.sagemaker.listTags(arn)).toMatchObject({ 'autodeploy:turned-down': 'person' });
  });
});

describe('a key with a name', () => {
  it('is who decides, in the history and for a policy that wants another person than the one who asked', async () => {
    const keys = { ana: 'the-key-of-ana-0123456789', ben: 'the-key-of-ben-0123456789' };
    const api = await startApi({ apiKeys: [`ana:approve:${keys.ana}`, `ben:approve:${keys.ben}`] });
    const as = (name: keyof typeof keys): Api => ({
      ...api,
      ask: (method, path, requested = {}) =>
        api.ask(method, path, { ...requested, headers: { ...requested.headers, 'x-api-key': keys[name] } }),
    });
    const [ana, ben] = [as('ana'), as('ben')];
    const { deployment_id: id } = await awaiting(ana, 'one', { notByRequester: true });
    expectProblem(await ana.ask('POST', `/deployments/${id}/approve`), 403, 'self_approval');
    const approved = await ben.ask<DeploymentBody>('POST', `/deployments/${id}/approve`);
    expect(approved).toMatchObject({ status: 200, body: { requested_by: 'ana', approval: { status: 'approved', by: 'ben' } } });
    const { body } = await ana.ask<{ history: object[] }>('GET', `/deployments/${id}`);
    expect(body.history.at(-1)).toMatchObject({ to: 'queued', by: 'ben', detail: 'approved' });
    await ana.ask('POST', `${endpoint}/hold`, { json: reason });
    expect((await read(ben)).held).toMatchObject({ by: 'ana', reason: 'it is wrong' });
    const aborted = await ben.ask<DeploymentBody>('POST', `/deployments/${id}/abort`, { json: reason });
    expect(aborted.body.failure_reason).toBe('rejected by ben: it is wrong');
  });
});
