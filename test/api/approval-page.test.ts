import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { ApiEnv } from '../../src/api/env.ts';
import { securityHeaders } from '../../src/api/middleware/security-headers.ts';
import { approvalPage, type ApprovalState, type ApprovalView, invalidLinkPage } from '../../src/api/pages/approval-page.ts';
import type { RuleResult } from '../../src/core/deployment/decide-gate.ts';
import { approvalHeaders } from '../../src/api/pages/approval-style.ts';

const rule = (more: Partial<RuleResult>): RuleResult => ({
  metric: 'm',
  rule: 'at least 0.8',
  value: null,
  baseline: null,
  threshold: null,
  verdict: 'unclear',
  reason: '',
  ...more,
});

const view: ApprovalView = {
  trainingJobName: 'sentiment-nightly-43',
  endpointName: 'ml-sentiment-endpoint',
  deploymentId: '0e7a1b0c-52a3-4d5e-9f6b-1c2d3e4f5a6b',
  requestedBy: 'ci',
  reason: 'nightly',
  live: 'sentiment-nightly-42',
  metrics: { 'validation:accuracy': 0.91, 'train:loss': 1e-7, 'train:nan': null },
  gate: {
    verdict: 'unclear',
    rules: [
      rule({ metric: 'validation:accuracy', value: 0.91, threshold: 0.8, verdict: 'passed', reason: '0.91 is at least 0.8' }),
      rule({ metric: 'validation:f1', reason: 'the training has no such metric' }),
    ],
  },
  expiresAt: Date.UTC(2026, 10, 28, 9, 30),
  state: { kind: 'pending' },
};

const textOf = async (more: Partial<ApprovalView> = {}): Promise<string> => String(await approvalPage({ ...view, ...more }));
const inState = (state: ApprovalState): Promise<string> => textOf({ state });

describe('approvalPage', () => {
  it('shows what is to be decided', async () => {
    const text = await textOf();
    for (const shown of [
      'Deploy sentiment-nightly-43 to ml-sentiment-endpoint?',
      'sentiment-nightly-42',
      '<dd>ci</dd>',
      '<dd>nightly</dd>',
      '<span class="unclear">unclear</span>',
      'the training has no such metric',
      '<td class="number">0.91</td>',
      '<td class="number">1e-7</td>',
      '<td class="number">no number</td>',
      '0.91 is at least 0.8',
      '<time datetime="2026-11-28T09:30:00.000Z">2026-11-28 09:30 UTC</time>',
    ])
      expect(text).toContain(shown);
  });

  it('has a form that posts decision, name and reason to its own address, without a script', async () => {
    const text = await textOf();
    expect(text).toMatch(/<form method="post" autocomplete="on">/);
    const fields = [...text.matchAll(/<(?:input|textarea)[^>]* name="(\w+)"(?: value="(\w*)")?/g)];
    expect(fields.map(([, name, value]) => [name, value])).toEqual([
      ['decision', 'approve'],
      ['decision', 'reject'],
      ['name', ''],
      ['reason', undefined],
    ]);
    // Enter in a field presses the button: it may not be the decision.
    expect(text.match(/<button[^>]*>/g)).toEqual(['<button>']);
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|<a\s|https?:/);
  });

  it('keeps what was written beside the error, and says where it belongs', async () => {
    const text = await inState({
      kind: 'pending',
      error: 'A reason is needed to reject',
      decision: 'reject',
      name: 'Anna',
      reason: '  too slow\n',
    });
    expect(text).toContain('<p class="error" role="alert" id="error">A reason is needed to reject</p>');
    expect(text).toContain('value="Anna"');
    expect([...text.matchAll(/value="(\w+)"[^>]*checked/g)].map(([, value]) => value)).toEqual(['reject']);
    expect(text).toMatch(/<textarea [^>]*aria-describedby="error"[^>]*>\n {2}too slow\n<\/textarea/);
  });

  it.each<[string, ApprovalState, string]>([
    ['approved', { kind: 'decided', decision: 'approved', by: 'Anna (link)', reason: null, at: 0 }, 'Approved by Anna (link)'],
    ['rejected', { kind: 'decided', decision: 'rejected', by: null, reason: 'too slow', at: 0 }, 'Rejected'],
    ['expired', { kind: 'expired' }, 'The time to decide is over'],
    ['void', { kind: 'void', detail: 'A newer training is live.' }, 'A newer training is live.'],
  ])('has no form once it is %s, and says so', async (_, state, words) => {
    const text = await inState(state);
    expect(text).toContain(words);
    expect(text).not.toContain('<form');
  });

  it('escapes every text that it shows', async () => {
    const evil = `<script>alert(1)</script>"'&</textarea><img src=x onerror=alert(1)>`;
    const states: ApprovalState[] = [
      { kind: 'pending', error: evil, name: evil, reason: evil },
      { kind: 'decided', decision: 'approved', by: evil, reason: evil, at: 0 },
      { kind: 'void', detail: evil },
    ];
    for (const state of states) {
      const text = await textOf({
        state,
        trainingJobName: evil,
        endpointName: evil,
        deploymentId: evil,
        requestedBy: evil,
        reason: evil,
        live: evil,
        metrics: { [evil]: Number.NaN },
        gate: {
          verdict: 'failed',
          rules: [rule({ metric: evil, rule: evil, value: -0, threshold: 1, verdict: 'failed', reason: evil })],
        },
      });
      expect(text).not.toMatch(/<script|<img|"'/);
      expect(text.match(/<\/textarea/g)?.length ?? 0).toBe(state.kind === 'pending' ? 1 : 0);
    }
  });

  it('leaves out what there is not', async () => {
    const text = await textOf({ gate: null, metrics: null, reason: null, live: null, requestedBy: null });
    expect(text).not.toMatch(/Gate|Metrics|<table|null/);
    expect(text).toContain('nothing of this service');
  });
});

it('invalidLinkPage says nothing of any deployment', async () => {
  expect(String(await invalidLinkPage())).toMatch(/<h1>The link is not valid<\/h1>/);
});

describe('the headers of the approval page', () => {
  it('allow its own style alone, by digest, and no script', async () => {
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(await textOf()) ?? [];
    const digest = createHash('sha256').update(style).digest('base64');
    expect(approvalHeaders['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
  });

  it('take the place of those that every response has', async () => {
    const app = new Hono<ApiEnv>();
    app.use(securityHeaders);
    app.get('/own', (c) => c.html(approvalPage(view), 200, approvalHeaders));
    app.get('/other', (c) => c.text('other'));
    const [own, other] = await Promise.all([app.request('/own'), app.request('/other')]);
    for (const [name, value] of Object.entries(approvalHeaders)) expect(own?.headers.get(name)).toBe(value);
    expect(own?.headers.get('cache-control')).toBe('no-store');
    expect(other?.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(other?.headers.get('referrer-policy')).toBe('no-referrer');
  });
});
