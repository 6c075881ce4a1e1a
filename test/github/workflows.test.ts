/** .github/workflows, by GitHub's own parser: https://github.com/actions/languageservices */
import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { WorkflowTemplate } from '@actions/workflow-parser';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { found, read, root } from '../docs/markdown.ts';
import { loadParser } from './parser.ts';

const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await loadParser();

const paths = globSync('.github/workflows/*.yml', { cwd: root }).toSorted();

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, { uses?: string; permissions?: Record<string, string>; 'timeout-minutes'?: number; steps?: Step[] }>;
}

async function errorsOf(name: string, content: string): Promise<string[]> {
  const parsed = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const template: WorkflowTemplate | undefined =
    parsed.value === undefined ? undefined : await convertWorkflowTemplate(parsed.context, parsed.value);
  return [
    ...parsed.context.errors.getErrors().map(({ message }) => message),
    ...(template?.errors ?? []).map(({ Message }) => Message),
  ];
}

it('the parser finds an unknown key, an unknown event, a bad expression and a missing job', async () => {
  const job = 'runs-on: ubuntu-24.04\n    steps:\n      - run: "true"\n';
  const faulty: [string, RegExp][] = [
    [`on: push\njobs:\n  a:\n    ${job}    stepz: []\n`, /Unexpected value 'stepz'/],
    [`on: pushed\njobs:\n  a:\n    ${job}`, /Unexpected value 'pushed'/],
    [`on: push\njobs:\n  a:\n    if: \${{ github. }}\n    ${job}`, /expression|Unexpected/i],
    [`on: push\njobs:\n  a:\n    needs: b\n    ${job}`, /at least one job with no dependencies/],
  ];
  for (const [content, message] of faulty) expect((await errorsOf('faulty.yml', content)).join('\n')).toMatch(message);
});

describe.each(paths)('%s', (path) => {
  const text = read(path);
  const workflow = parse(text) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps ?? []);

  it('is a valid workflow', async () => {
    expect(await errorsOf(basename(path), text)).toEqual([]);
  });

  it('reads the contents of the repository by default, and writes where a job says so', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const writing = jobs.filter(([, { permissions = {} }]) => Object.values(permissions).includes('write')).map(([name]) => name);
    expect(writing).toEqual(path.endsWith('release.yml') ? ['images', 'chart', 'release'] : []);
    expect(steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')).map((step) => step.with)).toEqual(
      steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')).map(() => ({ 'persist-credentials': false })),
    );
  });

  it('pins each action to a commit, and says its version', () => {
    const lines = text.split('\n').filter((line) => /\buses: /.test(line) && !/uses: \.\//.test(line));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !/uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it('ends each job by a time limit', () => {
    expect(jobs.filter(([, job]) => job.uses === undefined && job['timeout-minutes'] === undefined)).toEqual([]);
  });

  it('runs only npm scripts and files that exist', () => {
    const commands = steps.map(({ run = '' }) => run).join('\n');
    const scripts = [...found(commands, /npm run (?:-s )?([a-z][\w:-]*)/g), ...found(commands, /\bnpm (start|test)\b/g)];
    expect(scripts.filter((name) => !(name in packageJson.scripts))).toEqual([]);
    const files = [
      ...found(commands, /(?:^|\s)((?:scripts|clients|infra|\.ci)\/[\w./-]+)/gm),
      ...found(text, /uses: \.\/(\S+)/g),
    ];
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('puts no value of an event into a shell', () => {
    // What a caller may choose, such as the title of a pull request, would be executed.
    const expressions = steps.flatMap(({ run = '' }) => found(run, /\$\{\{\s*(.*?)\s*\}\}/g));
    expect(expressions.filter((expression) => !expression.startsWith('matrix.'))).toEqual([]);
  });
});

it('runs what a developer runs', () => {
  const { on, jobs } = parse(read('.github/workflows/ci.yml')) as Workflow;
  expect(Object.keys(on)).toEqual(expect.arrayContaining(['push', 'pull_request']));
  expect(jobs['test']?.steps?.at(-1)?.run).toBe('.ci/run');
});

it('uses one version of each action', () => {
  const used = new Set(paths.flatMap((path) => found(read(path), /uses: ([\w-]+\/\S+)/g)));
  expect(used.size).toBe(new Set([...used].map((action) => action.split('@')[0])).size);
});
