/** docs/tutorials, typed as their readers do, in one system: the approver's ends with a live model that has no metrics. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readApiKeys } from '../../src/config/api-keys.ts';
import { requirePython } from '../../scripts/setup/find-python.mjs';
import { eventually } from '../../tools/testkit/eventually.ts';
import { loadModule } from '../infra/terraform.ts';
import { blocks, found, read, root, section } from './markdown.ts';
import { Notebook } from './notebook.ts';
import { Reader, startWithinMs } from './reader.ts';

const start = 'DELIVERY_FILE=examples/delivery/standard.yaml npm start\n';
/** What the reader of this test has done already. */
const done = [start, "alias autodeploy='npm run -s cli --'\n"];
const python = requirePython();

let reader: Reader;

beforeAll(async () => {
  reader = await Reader.start({
    DELIVERY_FILE: 'examples/delivery/standard.yaml',
    SIMULATOR_TRAINING_SECONDS: '1',
    SIMULATOR_ENDPOINT_SECONDS: '0.4',
    SIMULATOR_WAIT_SCALE: '0.001',
  });
}, startWithinMs);

afterAll(() => reader.stop());

interface Block {
  language: string;
  text: string;
}

const blocksOf = (path: string): Block[] =>
  [...read(path).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .map(([, language = '', text = '']) => ({ language, text }))
    .filter(({ text }) => !done.includes(text));

/** What the commands of a tutorial print, block by block. */
async function walkThrough(path: string): Promise<string[]> {
  const notebook = new Notebook(python, {
    ...(await reader.environment()),
    PYTHONPATH: join(root, 'clients/python'),
    PYTHONDONTWRITEBYTECODE: '1',
  });
  const outputs: string[] = [];
  try {
    for (const { language, text } of blocksOf(path)) {
      await untilDecidable(found(text, /autodeploy (?:approve|reject) (\S+)/g));
      if (language === 'sh') outputs.push(await reader.runBlock(text));
      if (language === 'python') outputs.push(await notebook.run(text));
    }
  } finally {
    notebook.close();
  }
  return outputs;
}

/** A person decides when the message has come. */
async function untilDecidable(names: readonly string[]): Promise<void> {
  for (const name of names)
    await eventually(
      () => statusOf(name),
      (status) => status === 'awaiting_approval',
      { withinMs: 60_000, everyMs: 100, what: `that ${name} waits` },
    );
}

describe('the tutorial', { timeout: 240_000 }, () => {
  it('for the ML engineer trains, compares and goes back', async () => {
    const output = (await walkThrough('docs/tutorials/ml-engineer.md')).join('\n');
    expect(output).toContain('ended with 5');
    expect(output).toContain('0.91 is compared with 0.92');
    expect(await live()).toEqual({ training_job_name: 'sentiment-a', trigger: 'rollback' });
  });

  it('for the engineer on call survives a kill, a pause and a loss of Redis, and goes back', async () => {
    const output = (await walkThrough('docs/tutorials/on-call.md')).join('\n');
    expect(found(output, /ended with (\d)/g)).toEqual(['5']);
    for (const name of ['sentiment-g', 'sentiment-h', 'sentiment-i', 'sentiment-j'])
      expect(await statusOf(name)).toBe('deployed');
    expect(await live()).toEqual({ training_job_name: 'sentiment-i', trigger: 'rollback' });
  });

  it('for the approver approves one model, rejects another, and goes back', async () => {
    const output = (await walkThrough('docs/tutorials/approver.md')).join('\n');
    expect(output).toContain('sentiment-e');
    expect(await statusOf('sentiment-d')).toBe('deployed');
    expect(await statusOf('sentiment-e')).toBe('rejected');
    expect(await live()).toEqual({ training_job_name: 'sentiment-d', trigger: 'rollback' });
  });
});

interface Deployment {
  training_job_name: string;
  trigger: string;
  status: string;
}

async function live(): Promise<Pick<Deployment, 'training_job_name' | 'trigger'> | undefined> {
  const { live: one } = await reader.system.get<{ live: Deployment | null }>('/endpoints/ml-sentiment-endpoint');
  return one === null ? undefined : { training_job_name: one.training_job_name, trigger: one.trigger };
}

const statusOf = async (name: string): Promise<string | undefined> =>
  (await reader.system.get<{ items: Deployment[] }>(`/deployments?training_job_name=${name}&limit=100`)).items.find(
    ({ trigger }) => trigger !== 'rollback',
  )?.status;

describe('docs/tutorials/platform-engineer.md', () => {
  const text = read('docs/tutorials/platform-engineer.md');

  it('gives the module inputs that it has, and all that it needs', async () => {
    const [block = ''] = blocks(text, 'hcl');
    const { variables } = await loadModule('modules/ecs');
    const inputs = found(block, /^ {2}(\w+) +=/gm).filter((name) => name !== 'source');
    expect(inputs.filter((name) => !(name in variables))).toEqual([]);
    const required = Object.keys(variables).filter((name) => variables[name]?.default === undefined);
    expect(required.filter((name) => !inputs.includes(name))).toEqual([]);
  });

  it('names files that exist', () => {
    const commands = blocks(text, 'sh').join('\n');
    const files = [...found(commands, /file:\/\/(docs\/\S+)/g), ...found(commands, /\s((?:examples|docs)\/[\w./-]+)/g)];
    expect(files.length).toBeGreaterThan(2);
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('makes keys that the service takes, with the roles that it names', async () => {
    const [block = ''] = blocks(section(text, '4. Keys'), 'sh');
    const lines = block.replace(/ > keys\.txt\n[\s\S]*/, '\n');
    expect(lines).toMatch(/^key\(\) .*\nprintf .*\n$/);
    // A machine need not have it.
    const openssl = `openssl() { node -e "process.stdout.write(require('crypto').randomBytes(24).toString('hex'))"; }\n`;
    const keys = readApiKeys(await reader.runBlock(openssl + lines));
    expect('keys' in keys ? keys.keys.map(({ name, role }) => `${name}:${role}`) : keys).toEqual([
      'events:operate',
      'nightly:operate',
      'ana:approve',
      'dashboards:read',
    ]);
  });
});
