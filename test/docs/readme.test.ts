import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problemCodes } from '../../src/api/problems/table.ts';
import { apiVariables, sharedVariables } from '../../src/config/variables.ts';
import { deploymentStatuses } from '../../src/core/deployment/deployment.ts';
import { trainingRunStatuses } from '../../src/core/training/training-run.ts';
import { startApi } from '../api/harness.ts';
import { found, read, root, section, tableRows, withoutCode } from './markdown.ts';

const readme = read('README.md');
const inBackticks = (text: string): string[] => found(withoutCode(text), /`([^`]+)`/g);
const firstCells = (heading: string): string[] => tableRows(section(readme, heading)).map(([cell = '']) => cell);

describe("README's configuration table", () => {
  const variables = Object.entries({ ...sharedVariables, ...apiVariables });
  const rows = tableRows(section(readme, 'Configuration'));

  it('has every variable, and no other', () => {
    expect(rows.flatMap(([name = '']) => inBackticks(name)).toSorted()).toEqual(variables.map(([name]) => name).toSorted());
  });

  it.each(variables)('says what %s is when it is not set', (name, { schema }) => {
    const [, reported = ''] = rows.find(([cell]) => cell === `\`${name}\``) ?? [];
    const unset = schema.safeParse(undefined);
    if (reported === 'required') return expect(unset.success).toBe(false);
    expect(unset.success).toBe(true);
    const isNone = unset.data === null || (Array.isArray(unset.data) && unset.data.length === 0);
    if (isNone) return expect(reported).not.toMatch(/^`[^<]*`$/);
    expect(schema.parse(reported.slice(1, -1))).toEqual(unset.data);
  });
});

describe("README's API", () => {
  it('has every route of the OpenAPI document', async () => {
    const { body } = await (await startApi()).ask<{ paths: Record<string, object> }>('GET', '/openapi.json');
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(10);
    const reported = inBackticks(section(readme, 'The API by example'));
    expect(routes.filter((route) => !reported.includes(route))).toEqual([]);
  });

  it('has every problem code', () => {
    const reported = inBackticks(section(readme, 'The API by example'));
    expect(problemCodes.filter((code) => !reported.includes(code))).toEqual([]);
  });

  it('has every metric, and no other', async () => {
    const api = await startApi();
    const text = await (await fetch(`${api.url}/metrics`)).text();
    const given = found(text, /^# TYPE (autodeploy_\w+) /gm);
    const reported = firstCells('Metrics').flatMap(inBackticks);
    expect(reported.map((name) => name.replace(/\{.*/, '')).toSorted()).toEqual(given.toSorted());
  });
});

describe("README's operating tables", () => {
  it('have every status', () => {
    const reported = firstCells('What the statuses mean').flatMap(inBackticks);
    expect(reported.toSorted()).toEqual([...trainingRunStatuses, ...deploymentStatuses].toSorted());
  });

  it('quote only lines that the programs log', () => {
    const sources = globSync('src/{api,app,core,db,observability,queue,sagemaker,services,worker}/**/*.ts', { cwd: root })
      .map(read)
      .join('\n');
    const lines = firstCells('What the log lines mean').flatMap(inBackticks);
    expect(lines.length).toBeGreaterThan(20);
    // `deployment failed` is written as `deployment ${outcome.status}`.
    const constantPart = (line: string): string =>
      line.replace(/…$/, '').replace(/^deployment (rolled_back|failed)$/, 'deployment ');
    expect(lines.filter((line) => !sources.includes(constantPart(line)))).toEqual([]);
  });
});

describe('docs/iam/service-policy.json', () => {
  it('allows what src/sagemaker calls, passing the role, and to delete an endpoint under autoscaling', () => {
    const sources = globSync('src/sagemaker/*.ts', { cwd: root }).map(read).join('\n');
    const called = [...new Set(found(sources, /new (\w+)Command\(/g))].map((operation) => `sagemaker:${operation}`);
    const { Statement } = JSON.parse(read('docs/iam/service-policy.json')) as { Statement: { Action: string | string[] }[] };
    const allowed = Statement.flatMap(({ Action }) => Action);
    // SageMaker deregisters the scalable targets of an endpoint that it deletes, with the caller's permission.
    const besides = ['iam:PassRole', 'application-autoscaling:DeregisterScalableTarget'];
    expect(allowed.toSorted()).toEqual([...called, ...besides].toSorted());
  });
});

it('quotes the crash matrix as it is', () => {
  const [, summary = 'none'] = /\*\*rows (.+)\*\*/.exec(read('docs/reports/crash-matrix.md')) ?? [];
  const [rows, faults, lost, doubled] = summary.match(/\d+/g) ?? [];
  expect(read('README.md')).toContain(`${rows} rows, ${faults} faults injected, lost ${lost}, doubled ${doubled}`);
});
