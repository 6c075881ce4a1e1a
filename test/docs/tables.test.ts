import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { meanings } from '../../src/api/problems/meanings.ts';
import { problemCodes, problems } from '../../src/api/problems/table.ts';
import { apiVariables, databaseVariables, sharedVariables } from '../../src/config/variables.ts';
import { deploymentStatuses } from '../../src/core/deployment/deployment.ts';
import { retryDelayMs } from '../../src/core/retry-delay.ts';
import { trainingRunStatuses } from '../../src/core/training/training-run.ts';
import { startApi } from '../api/harness.ts';
import { found, read, root, section, tableRows, withoutCode } from './markdown.ts';

const inBackticks = (text: string): string[] => found(withoutCode(text), /`([^`]+)`/g);
const firstCells = (text: string): string[] => tableRows(text).map(([cell = '']) => cell);
const sources = (...patterns: string[]): string => globSync(patterns, { cwd: root }).toSorted().map(read).join('\n');

describe('docs/configuration.md', () => {
  const variables = Object.entries({ ...databaseVariables, ...sharedVariables, ...apiVariables });
  const rows = tableRows(section(read('docs/configuration.md'), 'Variables'));

  it('has every variable, and no other', () => {
    expect(rows.flatMap(([name = '']) => inBackticks(name)).toSorted()).toEqual(variables.map(([name]) => name).toSorted());
  });

  it.each(variables)('has the default of %s', (name, { schema }) => {
    const [, cell = ''] = rows.find(([first]) => first === `\`${name}\``) ?? [];
    const unset = schema.safeParse(undefined);
    if (cell === 'required') return expect(unset.success).toBe(false);
    expect(unset.success).toBe(true);
    const isNone = unset.data === null || (Array.isArray(unset.data) && unset.data.length === 0);
    if (isNone) return expect(cell).not.toMatch(/^`[^<]*`$/);
    expect(schema.parse(cell.slice(1, -1))).toEqual(unset.data);
  });
});

describe('docs/api.md', () => {
  const text = read('docs/api.md');

  it('has every route of the OpenAPI document', async () => {
    const { body } = await (await startApi()).ask<{ paths: Record<string, object> }>('GET', '/openapi.json');
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(10);
    expect(routes.filter((route) => !inBackticks(text).includes(route))).toEqual([]);
  });

  it('has every problem code with its status and meaning, and no other', () => {
    const rows = tableRows(section(text, 'Errors')).map((cells) => cells.join(' '));
    const known = problemCodes.map((code) => `${problems[code].status} \`${code}\` ${meanings[code]}`);
    expect(rows.toSorted()).toEqual(known.toSorted());
  });
});

describe('docs/operations/runbook.md', () => {
  const text = read('docs/operations/runbook.md');

  it('names only problem codes that exist', () => {
    const codes = firstCells(section(text, 'Refused requests')).flatMap(inBackticks);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !(problemCodes as readonly string[]).includes(code))).toEqual([]);
  });

  it('has every warning of GET /status, and no other', () => {
    const source = sources('src/core/{warnings,redis-server}.ts');
    const codes = [...found(source, /code: '(\w+)'/g), ...found(source, /when\('(\w+)'/g)];
    const ofProcesses = found(source, /`\$\{service\}_(\w+)`/g).flatMap((kind) => [`api_${kind}`, `worker_${kind}`]);
    expect(ofProcesses).not.toEqual([]);
    const written = firstCells(section(text, 'Warnings')).flatMap(inBackticks);
    expect(written.toSorted()).toEqual([...new Set([...codes, ...ofProcesses])].toSorted());
  });

  it('has every kind of what is skipped, and no other', () => {
    const written = firstCells(section(text, 'Skipped')).flatMap(inBackticks);
    const used = new Set(found(sources('src/services/**/*.ts'), /skip\(ctx, \{\s*kind: '(\w+)'/g));
    expect([...new Set(written)].toSorted()).toEqual([...used].toSorted());
  });

  it.each(['Skipped', 'The database', 'npm start does not start'])('quotes under %s only what the programs say', (heading) => {
    const said = sources('src/**/*.ts', 'tools/dev/*.ts', 'scripts/**/*.mjs').replaceAll('\\`', '`');
    const quoted = tableRows(section(text, heading))
      .flatMap((cells) => cells.slice(0, 2))
      .flatMap((cell) => [
        ...found(cell, /"([^"]+)"/g),
        ...found(cell, /`` ?(.+?) ?``/g),
        ...found(cell, /(?<!`)`([^`]* [^`]*)`(?!`)/g),
      ]);
    expect(quoted.length).toBeGreaterThan(0);
    const parts = quoted.flatMap((quote) => quote.split(/…|\(CODE\)|PROGRAM/)).map((part) => part.trim());
    expect(parts.filter((part) => part.length > 4 && !said.includes(part))).toEqual([]);
  });
});

it('docs/operations/metrics.md has every metric, and no other', async () => {
  const api = await startApi();
  const text = await (await fetch(`${api.url}/metrics`)).text();
  const served = found(text, /^# TYPE (autodeploy_\w+) /gm);
  const written = firstCells(read('docs/operations/metrics.md')).flatMap(inBackticks);
  expect(written.map((name) => name.replace(/\{.*/, '')).toSorted()).toEqual(served.toSorted());
});

it('docs/operations/statuses.md has every status', () => {
  const written = firstCells(read('docs/operations/statuses.md')).flatMap(inBackticks);
  expect(written.toSorted()).toEqual([...trainingRunStatuses, ...deploymentStatuses].toSorted());
});

describe('docs/reference/retry-budgets.md', () => {
  const text = read('docs/reference/retry-budgets.md');

  it('has the delays between retries, within a tenth', () => {
    const seconds = (cell: string): number => Number.parseFloat(cell) * (cell.endsWith('min') ? 60 : 1);
    let afterMs = 0;
    const computed = new Map<number, { delay: number; after: number }>();
    for (let retry = 1; retry <= 15; retry += 1) {
      const delayMs = retryDelayMs(afterMs, () => 0.5);
      afterMs += delayMs;
      computed.set(retry, { delay: delayMs / 1000, after: afterMs / 1000 });
    }
    for (const [retry = '', delay = '', after = ''] of tableRows(section(text, 'Delays'))) {
      const real = computed.get(Number(retry));
      expect(Math.abs(seconds(delay) / (real?.delay ?? 0) - 1), `delay ${retry}`).toBeLessThan(0.1);
      expect(Math.abs(seconds(after) / (real?.after ?? 0) - 1), `after ${retry}`).toBeLessThan(0.1);
    }
  });
});

describe('docs/operations/log-events.md', () => {
  const text = read('docs/operations/log-events.md');
  const source = sources('src/**/*.ts');
  const rows = ['Events that need attention', 'Events of level info', 'Events of level debug'].flatMap((heading) =>
    tableRows(section(text, heading)).map(([event = '', second = '', third = '']) => {
      const level = /level (\w+)$/.exec(heading)?.[1];
      return level === undefined
        ? { event: event.slice(1, -1), levels: second.split(', '), message: third }
        : { event: event.slice(1, -1), levels: [level], message: second };
    }),
  );
  const written = rows.map(({ event }) => event);
  const subjects = [...new Set(written.map((event) => event.split('.')[0]))].join('|');
  /** Attributes of a span, by OpenTelemetry's conventions. */
  const ofOpenTelemetry = /^deployment\.(id|name|status)$/;
  /** Keys stand beside `event`, or are names of a known subject. */
  const logged = new Set([
    ...found(source, /event: '([\w.]+)'/g),
    ...found(source, new RegExp(`'((?:${subjects})\\.[a-z_]+)'`, 'g')).filter(
      (event) => event !== 'aws.sagemaker' && !ofOpenTelemetry.test(event),
    ),
  ]);

  it('has every event that the programs log, once, and no other', () => {
    expect(logged.size).toBeGreaterThan(80);
    expect(written.toSorted()).toEqual([...logged].toSorted());
  });

  it('has the level and the message of each line that is written in one piece', () => {
    const line = /\.(debug|info|warn|error|fatal)\(\s*\{ event: '([\w.]+)'[^{}]*\},\s*(?:'([^']*)'|`([^`]*)`)/g;
    const lines = [...source.matchAll(line)].map(([, level = '', event = '', plain, template = '']) => ({
      level,
      event,
      message: plain ?? template.replaceAll(/\$\{[^}]*\}/g, '…'),
    }));
    expect(lines.length).toBeGreaterThan(50);
    const wrong = lines.filter(({ level, event, message }) => {
      const row = rows.find((one) => one.event === event);
      return row === undefined || !row.levels.includes(level) || row.message !== message;
    });
    expect(wrong).toEqual([]);
  });
});

const operationsIn = (files: string): string[] => [...new Set(found(sources(files), /new (\w+)Command\(/g))];

const actionsIn = (policy: string): string[] =>
  (JSON.parse(read(policy)) as { Statement: { Action: string | string[] }[] }).Statement.flatMap(({ Action }) => Action);

describe('docs/iam/service-policy.json', () => {
  it('allows what src/sagemaker calls, passing the role, and to delete an endpoint under autoscaling', () => {
    const all = operationsIn('src/sagemaker/**/*.ts');
    const scaling = operationsIn('src/sagemaker/autoscaling.ts');
    const alarms = operationsIn('src/sagemaker/alarms.ts');
    const ofFeatures = [...actionsIn('docs/iam/features/verification.json'), ...actionsIn('docs/iam/features/retention.json')];
    const called = all
      .filter((operation) => !scaling.includes(operation) && !alarms.includes(operation))
      .map((operation) => `sagemaker:${operation}`)
      .filter((action) => !ofFeatures.includes(action));
    const allowed = actionsIn('docs/iam/service-policy.json');
    // SageMaker deregisters the scalable targets of an endpoint that it deletes, with the caller's permission.
    const besides = ['iam:PassRole', 'application-autoscaling:DeregisterScalableTarget'];
    expect(allowed.toSorted()).toEqual([...called, ...besides].toSorted());
    const ofAlarms = [...alarms.map((operation) => `cloudwatch:${operation}`), 'cloudwatch:TagResource'];
    expect(actionsIn('docs/iam/features/rollouts.json').toSorted()).toEqual(ofAlarms.toSorted());
    const ofScaling = actionsIn('docs/iam/features/autoscaling.json').filter((action) => action.startsWith('application-'));
    expect(ofScaling.toSorted()).toEqual(scaling.map((operation) => `application-autoscaling:${operation}`).toSorted());
  });
});

it('README.md quotes the crash matrix as it is', () => {
  const [, summary = 'none'] = /\*\*rows (.+)\*\*/.exec(read('docs/reports/crash-matrix.md')) ?? [];
  const [rows, faults, lost, duplicated] = summary.match(/\d+/g) ?? [];
  expect(read('README.md')).toContain(`${rows} scenarios, ${faults} faults injected, ${lost} lost, ${duplicated} duplicated`);
});
