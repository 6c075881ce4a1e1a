/** Approval links, as a person's browser and as a program opens them. */
import { describe, expect, it } from 'vitest';
import type { DeploymentBody } from '../../src/api/schemas/deployment.ts';
import type { Approval } from '../../src/core/deployment/delivery-state.ts';
import { createApprovalLinks } from '../../src/links/approval-links.ts';
import { testConfig } from '../../tools/testkit/app-context.ts';
import { startApi, type Api } from './harness.ts';
import { type ApiResponse, expectProblem } from './request.ts';

const key = 'the-only-key-0123456789';
const withKey = { headers: { 'x-api-key': key } };
const browser = { accept: 'text/html,application/xhtml+xml' };

interface Awaiting {
  api: Api;
  path: string;
  read: () => Promise<DeploymentBody>;
  send: (fields: Record<string, string>, headers?: Record<string, string>) => Promise<ApiResponse>;
  sign: (content: string) => Promise<string>;
}

/** A deployment that awaits an approval for a minute, and its link. */
async function awaiting(more: Partial<Approval> = {}): Promise<Awaiting> {
  const api = await startApi({ apiKeys: [`ana:approve:${key}`] });
  await api.train('one', 'completed');
  const { body } = await api.ask<DeploymentBody>('POST', '/deploy/one', withKey);
  const { deployment_id: deploymentId } = body;
  const { store, now } = api.ctx;
  const claimed = await store.deployments.claim({ deploymentId, deadlineAt: now() + 60_000, now: now() });
  if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
  const expiresAt = now() + 60_000;
  const approval = { by: null, reason: null, requestedAt: now(), decidedAt: null, expiresAt, content: 'digest' };
  await store.delivery.awaitApproval({
    deploymentId,
    fencingToken: claimed.deployment.fencingToken,
    approval: { status: 'pending', notByRequester: false, ...approval, ...more },
    detail: 'each model needs one',
    now: now(),
  });
  const links = createApprovalLinks(testConfig().links.signingKey);
  const sign = async (content: string): Promise<string> =>
    `/approvals/${await links.sign({ deploymentId, content, expiresAt: more.expiresAt ?? expiresAt })}`;
  const path = await sign('digest');
  return {
    api,
    path,
    sign,
    read: async () => (await api.ask<DeploymentBody>('GET', `/deployments/${deploymentId}`, withKey)).body,
    send: (fields, headers = {}) =>
      api.ask('POST', path, {
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        raw: new URLSearchParams(fields).toString(),
      }),
  };
}

const approve = { decision: 'approve', name: 'Ben', reason: 'good' };

describe('GET /approvals/{token}', () => {
  it.each(['', '/model-init'])('under "%s" shows what is to be decided without a key, and decides nothing', async (prefix) => {
    const { api, path, read } = await awaiting();
    for (const headers of [{}, browser, { ...browser, 'user-agent': 'mail scanner' }]) {
      const response = await api.ask('GET', `${prefix}${path}?utm_source=mail`, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toMatch(/^text\/html/);
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*form-action 'self'/);
      expect(response.headers.get('referrer-policy')).toBe('same-origin');
      expect(response.text).toContain('Deploy one to ml-sentiment-endpoint?');
      expect(response.text).toContain('<dd>ana</dd>');
    }
    expect((await api.ask('HEAD', path)).status).toBe(200);
    expect(await read()).toMatchObject({ status: 'awaiting_approval', approval: { status: 'pending' } });
  });

  it('is 404 for a token that this service did not sign, and tells nothing', async () => {
    const { api, path } = await awaiting();
    const forged = createApprovalLinks('another-key-that-is-long-enough-0123456789');
    const other = await forged.sign({ deploymentId: 'd', content: 'digest', expiresAt: api.ctx.now() + 60_000 });
    for (const token of [other, 'x', 'a.b.c', `${path.slice(11, -2)}zz`]) {
      expectProblem(await api.ask('GET', `/approvals/${token}`), 404, 'not_found');
      const page = await api.ask('GET', `/approvals/${token}`, { headers: browser });
      expect(page).toMatchObject({ status: 404, text: expect.stringContaining('The link is not valid') });
      expect(page.text).not.toContain('one');
    }
  });

  it('is 410 once its time is over, or something else would be deployed', async () => {
    const { api, path, sign } = await awaiting();
    const other = await sign('another digest');
    expectProblem(await api.ask('GET', other), 410, 'expired');
    expect((await api.ask('GET', other, { headers: browser })).text).toContain('not for what the deployment would deploy now');
    api.advance(61);
    expectProblem(await api.ask('GET', path), 410, 'expired');
    expect(await api.ask('GET', path, { headers: browser })).toMatchObject({
      status: 410,
      text: expect.stringContaining('The time to decide is over'),
    });
  });

  it('leaves no token in the log', async () => {
    const { api, path, send } = await awaiting();
    await api.ask('GET', path);
    await send({ decision: 'maybe' });
    const lines = JSON.stringify(api.logged('debug', 'info', 'warn', 'error'));
    expect(lines).toContain('/approvals/…');
    expect(lines).not.toContain(path.slice('/approvals/'.length));
  });
});

describe('POST /approvals/{token}', () => {
  it('approves in the name of who decides, and queues the deployment', async () => {
    const { api, send, read } = await awaiting();
    const page = await send(approve, browser);
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Approved by Ben (link)') });
    expect(await read()).toMatchObject({ status: 'queued', approval: { status: 'approved', by: 'Ben (link)', reason: 'good' } });
    expect(await api.jobsOf('deploy')).toContain(`deploy-${(await read()).deployment_id}`);
    expect((await send(approve)).status).toBe(200);
    const reject = { ...approve, decision: 'reject' };
    expectProblem(await send(reject), 409, 'already_decided');
    expect(await send(reject, browser)).toMatchObject({ status: 409, text: expect.stringContaining('Approved by Ben (link)') });
  });

  it('rejects with a reason, which the history keeps', async () => {
    const { send, read } = await awaiting();
    expect((await send({ decision: 'reject', name: 'Ben', reason: 'worse' })).status).toBe(200);
    expect(await read()).toMatchObject({ status: 'rejected', failure_reason: 'rejected by Ben (link): worse' });
  });

  it('says on the page what is missing, keeps what was written, and decides nothing', async () => {
    const { send, read } = await awaiting();
    const page = await send({ decision: 'reject', name: 'Ben', reason: '' }, browser);
    expect(page.status).toBe(422);
    expect(page.text).toContain('reason is needed to reject');
    const long = await send({ decision: 'reject', name: 'Ben', reason: 'x'.repeat(1001) }, browser);
    expect([long.status, long.text.includes('must be at most 1000 characters long')]).toEqual([422, true]);
    expect(page.text).toContain('value="Ben"');
    for (const fields of [{}, { ...approve, name: ' ' }, { ...approve, decision: 'yes' }, { ...approve, x: '1' }] as const)
      expectProblem(await send(fields), 422, 'invalid_request');
    expectProblem(await send(approve, { 'content-type': 'application/json' }), 415, 'unsupported_media_type');
    expect((await read()).status).toBe('awaiting_approval');
  });

  it('lets no one approve by the name of who requested it, where the policy says so', async () => {
    const { send, read } = await awaiting({ notByRequester: true });
    expectProblem(await send({ ...approve, name: 'ana' }), 403, 'self_approval');
    expect((await send({ ...approve, name: 'ana' }, browser)).text).toContain('only another person');
    expect((await read()).status).toBe('awaiting_approval');
    expect((await send(approve)).status).toBe(200);
  });

  it('decides nothing after its time, nor what a page of another origin sends', async () => {
    const { api, send, read } = await awaiting();
    expectProblem(await send(approve, { origin: 'https://evil.example' }), 403, 'cross_site_request');
    expect((await read()).status).toBe('awaiting_approval');
    api.advance(61);
    expectProblem(await send(approve), 410, 'expired');
    expect(await send(approve, browser)).toMatchObject({ status: 410, text: expect.stringContaining('time to decide is over') });
    expect((await read()).approval).toMatchObject({ status: 'pending', by: null });
  });
});
