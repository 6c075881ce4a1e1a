import { describe, expect, it } from 'vitest';
import { boundedJson, shortText } from '../../../src/core/delivery/bounded-json.ts';
import { notificationsOf } from '../../../src/core/delivery/notification.ts';
import type { NotifyPolicy } from '../../../src/core/delivery/policy.ts';
import type { GateResult } from '../../../src/core/deployment/decide-gate.ts';
import type { Approval } from '../../../src/core/deployment/delivery-state.ts';
import { viewOfDeployment } from '../../../src/core/deployment/deployment-view.ts';
import { aDeployment, at } from '../samples.ts';

const url = 'https://example.com/hook';
const slack = 'https://hooks.slack.com/services/T000/B000/XXXX';
const links = { base: 'https://ml.example.com/model-init/', approval: null };
const to = (more: Partial<NotifyPolicy> = {}): NotifyPolicy => ({ url, events: ['deployed'], secretEnv: null, ...more });

const approval: Approval = {
  status: 'pending',
  by: null,
  reason: null,
  requestedAt: at,
  decidedAt: null,
  expiresAt: at + 1000,
  content: 'digest',
  notByRequester: true,
};

const bodyOf = (rows: { body: string }[]): { type: string; data: Record<string, unknown> } =>
  JSON.parse(rows[0]?.body ?? 'null') as { type: string; data: Record<string, unknown> };

describe('notificationsOf', () => {
  it('makes one for each receiver that wants the event, with ids that follow from what it reports', () => {
    const deployment = aDeployment({ status: 'deployed' });
    const notify = [to({ secretEnv: 'HOOK_SECRET' }), to({ events: ['failed'] }), to({ url: slack })];
    const rows = notificationsOf({ deployment, event: 'deployed', notify, links, now: at });
    const [first, second] = rows;
    const both = { deploymentId: 'deployment-1', event: 'deployed', createdAt: at };
    expect(first).toEqual({ ...both, webhookId: 'deployment-1-deployed-0', url, secretEnv: 'HOOK_SECRET', body: first?.body });
    expect(second).toEqual({ ...both, webhookId: 'deployment-1-deployed-2', url: slack, secretEnv: null, body: second?.body });
    expect(rows).toHaveLength(2);
    expect(notificationsOf({ deployment, event: 'deployed', notify, links, now: at })).toEqual(rows);
    expect(notificationsOf({ deployment, event: 'rejected', notify, links, now: at })).toEqual([]);
  });

  it('has the deployment as the API shows it, with links', () => {
    const deployment = aDeployment({ status: 'deployed', trainingJobName: 'job' });
    const body = bodyOf(notificationsOf({ deployment, event: 'deployed', notify: [to()], links, now: at }));
    expect(body).toEqual({
      type: 'deployment.deployed',
      timestamp: '2026-11-24T10:00:00.000Z',
      data: {
        ...viewOfDeployment(deployment),
        links: {
          self: 'https://ml.example.com/model-init/deployments/deployment-1',
          training_job: 'https://ml.example.com/model-init/training-jobs/job',
          endpoint: 'https://ml.example.com/model-init/endpoints/live',
          approve: 'https://ml.example.com/model-init/deployments/deployment-1/approve',
          reject: 'https://ml.example.com/model-init/deployments/deployment-1/reject',
          abort: 'https://ml.example.com/model-init/deployments/deployment-1/abort',
        },
      },
    });
  });

  it('has the link to the approval, and another id for each approval', () => {
    const approvalLink = 'https://ml.example.com/model-init/approvals/token';
    const notify = [to({ events: ['approval_required', 'deployed'] })];
    const of = (requestedAt: number) =>
      notificationsOf({
        deployment: aDeployment({ status: 'awaiting_approval', approval: { ...approval, requestedAt } }),
        event: 'approval_required',
        notify,
        links: { ...links, approval: approvalLink },
        now: at,
      });
    expect(bodyOf(of(1)).data['links']).toMatchObject({ approval: approvalLink });
    expect(of(1)[0]?.webhookId).toBe('deployment-1-approval_required-1-0');
    expect(of(2)[0]?.webhookId).toBe('deployment-1-approval_required-2-0');
    const others = notificationsOf({
      deployment: aDeployment({ approval }),
      event: 'deployed',
      notify,
      links: { ...links, approval: approvalLink },
      now: at,
    });
    expect(others[0]?.body).not.toContain('/approvals/');
  });

  it('stays below 20 kB, however long the reasons are', () => {
    const deployment = aDeployment({
      failureReason: '"\n€😀'.repeat(20_000),
      waitsForKind: 'turn',
      waitsForSince: at,
      waitsForDetail: 'x'.repeat(30_000),
    });
    for (const receiver of [url, slack]) {
      const notify = [to({ url: receiver, events: ['failed'] })];
      const [row] = notificationsOf({ deployment, event: 'failed', notify, links, now: at });
      expect(Buffer.byteLength(row?.body ?? '')).toBeLessThan(20_000);
      expect(row?.body).toContain('deployment-1');
      expect(row?.body).toContain('…');
    }
  });
});

describe('notificationsOf for Slack', () => {
  const gate: GateResult = {
    verdict: 'failed',
    rules: [
      {
        metric: 'accuracy',
        rule: 'at least 0.8',
        value: 0.7,
        baseline: null,
        threshold: 0.8,
        verdict: 'failed',
        reason: '0.7 is below 0.8',
      },
    ],
    against: null,
  };
  const messageOf = (receiver: string, approvalLink: string | null = null) => {
    const deployment = aDeployment({ failureReason: 'it is <!channel> & more', gate, approval });
    const notify = [to({ url: receiver, events: ['approval_required'] })];
    const [row] = notificationsOf({
      deployment,
      event: 'approval_required',
      notify,
      links: { ...links, approval: approvalLink },
      now: at,
    });
    return JSON.parse(row?.body ?? 'null') as { type?: string; text?: string; blocks?: object[] };
  };

  it("is a message in Slack's form, with what people wrote escaped", () => {
    const { text, blocks } = messageOf(slack);
    expect(text).toBe('job waits for an approval to go live on live');
    expect(blocks).toHaveLength(2);
    expect(JSON.stringify(blocks)).toContain('it is &lt;!channel&gt; &amp; more');
    expect(JSON.stringify(blocks)).toContain('• accuracy: 0.7 is below 0.8 (failed)');
    expect(JSON.stringify(blocks)).toContain('<https://ml.example.com/model-init/deployments/deployment-1|deployment-1>');
  });

  it('has a button to the approval where its address is a whole one', () => {
    const approvalLink = 'https://ml.example.com/approvals/token';
    expect(messageOf(slack, approvalLink).blocks?.[1]).toMatchObject({ type: 'actions', elements: [{ url: approvalLink }] });
    expect(JSON.stringify(messageOf(slack, '/model-init/approvals/token'))).not.toContain('"button"');
  });

  it.each([
    ['https://hooks.slack.com/services/T/B/X', true],
    ['https://hooks.slack-gov.com/services/T/B/X', true],
    ['https://HOOKS.SLACK.COM/services/T/B/X', true],
    ['https://hooks.slack.com.example.com/services', false],
    ['https://example.com/hooks.slack.com/', false],
    ['http://hooks.slack.com/services/T/B/X', false],
  ])('knows the address %s: %s', (receiver, isSlack) => {
    expect(messageOf(receiver).blocks !== undefined).toBe(isSlack);
  });
});

describe('boundedJson', () => {
  it('cuts arrays where short strings do not suffice, and leaves what fits as it is', () => {
    const value = { list: Array.from({ length: 1000 }, (_, index) => `item number ${index}`) };
    expect(boundedJson(value, 100_000)).toBe(JSON.stringify(value));
    const json = boundedJson(value, 2000);
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(2000);
    expect(JSON.parse(json)).toMatchObject({ list: expect.arrayContaining(['item number 0', '…']) as unknown });
  });

  it('keeps characters whole', () => {
    expect(shortText('😀😀😀', 4)).toBe('😀…');
    expect(shortText('😀😀', 4)).toBe('😀😀');
  });
});
