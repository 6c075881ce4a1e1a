/** Alerts and dashboard name only what `GET /metrics` of a running system has. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sagemakerErrorKinds } from '../../src/core/errors.ts';
import { startApi } from '../api/harness.ts';
import { type Family, parseMetrics } from '../api/prometheus.ts';
import { claim, finish, present, queued } from '../db/samples.ts';
import { headingAnchors } from '../docs/citations.ts';
import { read, section, tableRows } from '../docs/markdown.ts';
import { groupingLabelsOf, selectorsOf, type Selector } from './promql.ts';
import { readDashboard, readRules, type Rule, rulesFile, rulesTestFile, withoutVariables } from './rules.ts';

const run = promisify(execFile);
const rules = readRules();
const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined);
const dashboard = readDashboard();
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, query: withoutVariables(expr), legendFormat })),
);

/** Labels that Prometheus gives a target; the chart's ServiceMonitor gives more of them. */
const ofTargets = ['job', 'instance', 'namespace', 'pod'];
/** Values that a quiet system does not show. */
const possible: Record<string, readonly string[]> = {
  result: ['ok', 'held_back', ...sagemakerErrorKinds],
  status: ['2xx', '3xx', '4xx', '5xx'],
  route: ['/history'],
};

/** What a system shows that has done a little of everything. */
async function scrapeSystem(): Promise<Map<string, Family>> {
  const api = await startApi();
  const { store } = api.ctx;
  const now = api.ctx.now();
  await queued(store, 'live', now - 10_000);
  const { deploymentId, fencingToken } = await claim(store, 'd-live', now - 2000);
  const progress = { changeRequestedAt: now - 2000, inServiceAt: now - 1000 };
  await store.deployments.recordProgress({ deploymentId, fencingToken, progress, now: now - 1000 });
  await finish(store, present(await store.deployments.find(deploymentId)), 'deployed', now);
  await store.metrics.addCalls({ calls: [{ operation: 'CreateModel', result: 'ok', count: 1 }], now });
  const process = { name: 'w', service: 'worker', version: '1', startedAt: now, lastSeenAt: now, problem: null } as const;
  await store.processes.recordHeartbeat({ ...process, clockSkewMs: 0 });
  await api.ask('POST', '/bootstrap', { json: { training_job_name: 'one' } });
  const detail = { TrainingJobName: 'one', TrainingJobStatus: 'InProgress', SecondaryStatus: 'Training' };
  const event = { source: 'aws.sagemaker', 'detail-type': 'SageMaker Training Job State Change', detail };
  await api.ask('POST', '/events', { json: event });
  await api.requests.flush();
  return parseMetrics((await api.ask('GET', '/metrics')).text);
}

let families = new Map<string, Family>();
/** Within a test, which closes the system that it starts. */
const scrapeOnce = async (): Promise<void> => {
  if (families.size === 0) families = await scrapeSystem();
};

/** What a selector names that the system does not have. */
function missingOf({ metric, matchers }: Selector): string[] {
  if (metric === 'up' || rules.some(({ record }) => record === metric)) return [];
  const samples = [...families.values()].flatMap((family) => family.samples.filter(({ name }) => name === metric));
  if (samples.length === 0) return [`there is no ${metric}`];
  return matchers.flatMap(({ label, operator, value }) => {
    if (ofTargets.includes(label)) return [];
    const known = samples.flatMap(({ labels }) => labels[label] ?? []);
    if (known.length === 0) return [`${metric} has no label ${label}`];
    if (value === '.*') return [];
    const wanted = operator.endsWith('~') ? value.split('|') : [value];
    return wanted
      .filter((one) => !known.includes(one) && !possible[label]?.includes(one))
      .map((one) => `${metric} has no ${label}="${one}"`);
  });
}

/** Labels by which a query groups, or that a text shows, and that no metric of the query has. */
function unknownLabels(query: string, labels: readonly string[]): string[] {
  const known = new Set(
    selectorsOf(query).flatMap(({ metric }) =>
      [...families.values()].flatMap(({ samples }) =>
        samples.filter(({ name }) => name === metric).flatMap((sample) => Object.keys(sample.labels)),
      ),
    ),
  );
  const readsRecord = selectorsOf(query).some(({ metric }) => metric.includes(':'));
  return labels.filter((label) => !known.has(label) && !ofTargets.includes(label) && !readsRecord);
}

beforeEach(scrapeOnce, 60_000);

const labelsShown = (text: string): string[] => [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);

describe('infra/prometheus/rules.yaml', () => {
  it.each(rules.map(({ alert, record, expr, annotations = {} }) => ({ name: alert ?? record, expr, annotations })))(
    '$name reads metrics and labels of a running system',
    ({ expr, annotations }) => {
      expect(selectorsOf(expr).flatMap(missingOf)).toEqual([]);
      const shown = labelsShown(Object.values(annotations).join(' '));
      expect(unknownLabels(expr, [...groupingLabelsOf(expr), ...shown])).toEqual([]);
    },
  );

  it('has a severity, a summary and a section of the runbook for each alert', () => {
    const runbook = read('docs/operations/runbook.md');
    const anchors = headingAnchors(runbook);
    for (const { alert, labels, annotations } of alerts) {
      expect(['critical', 'warning', 'info'], alert).toContain(labels?.['severity']);
      expect(annotations?.['summary']?.length, alert).toBeGreaterThan(10);
      const [file, anchor = ''] = annotations?.['runbook_url']?.split('#') ?? [];
      expect(file).toBe('docs/operations/runbook.md');
      expect(anchor).toBe(alert.toLowerCase());
      expect([...anchors], alert).toContain(anchor);
      const text = section(runbook, alert);
      expect(text).toContain('- **Look at:**');
      expect(text).toContain('- **Do:**');
    }
  });

  it('has the alerts of docs/operations/metrics.md and of the runbook, and no other', () => {
    const names = alerts.map(({ alert }) => alert).toSorted();
    const inMetrics = tableRows(read('docs/operations/metrics.md'))
      .flatMap((cells) => cells.flatMap((cell) => cell.match(/\bAutodeploy[A-Z]\w+/g) ?? []))
      .toSorted();
    expect([...new Set(inMetrics)]).toEqual(names);
    const inRunbook = [...read('docs/operations/runbook.md').matchAll(/^### (Autodeploy\w+)$/gm)].map(([, name = '']) => name);
    expect(inRunbook.toSorted()).toEqual(names);
  });

  it('has unit tests of each alert: one in which it fires, and one in which it does not', () => {
    const { tests } = parse(readFileSync(rulesTestFile, 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    for (const { alert } of alerts) {
      const own = tests.map((one) => one.alert_rule_test.filter(({ alertname }) => alertname === alert));
      expect(
        own.some((times) => times.some(({ exp_alerts: fires }) => fires !== undefined)),
        alert,
      ).toBe(true);
      expect(
        own.some((times) => times.length > 0 && times.every(({ exp_alerts: fires }) => fires === undefined)),
        alert,
      ).toBe(true);
    }
  });

  it('passes promtool, where that is installed', async () => {
    const version = await run('promtool', ['--version']).catch(() => null);
    // Without it the queries are parsed above, and `npm run check-rules` requires it.
    if (version === null) return;
    for (const args of [
      ['check', 'rules', rulesFile],
      ['test', 'rules', rulesTestFile],
    ])
      await expect(run('promtool', args)).resolves.toMatchObject({ stdout: expect.stringContaining('SUCCESS') });
  }, 240_000);
});

describe('infra/grafana/dashboard.json', () => {
  it.each(queries)('$title: $query reads metrics and labels of a running system', ({ query, legendFormat }) => {
    expect(selectorsOf(query).flatMap(missingOf)).toEqual([]);
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    expect(unknownLabels(query, [...groupingLabelsOf(query), ...shown])).toEqual([]);
  });

  it('shows every metric of the service', () => {
    const shown = new Set(
      [...queries.map(({ query }) => query), ...rules.map(({ expr }) => expr)].flatMap((query) =>
        selectorsOf(query).map(({ metric }) => metric.replace(/_(bucket|sum|count)$/, '')),
      ),
    );
    const own = [...families.keys()].filter((name) => name.startsWith('autodeploy_'));
    expect(own.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('has panels with an id and a place of their own, and a description', () => {
    const { panels, templating } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)} ${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
    expect(panels.filter(({ type, description }) => type !== 'row' && !description)).toEqual([]);
    for (const { definition } of templating.list) {
      const [, metric, label] = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(definition ?? '') ?? [];
      if (definition !== undefined)
        expect(missingOf({ metric: metric ?? '', matchers: [{ label: label ?? '', operator: '=~', value: '.*' }] })).toEqual([]);
    }
  });
});
