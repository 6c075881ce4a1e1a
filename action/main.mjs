/**
 * The GitHub Action (action.yml): runs the command-line program with the inputs, and writes outputs and a summary of the job. It needs
 * `dist/autodeploy.mjs` beside it, which a release's tag holds, and `npm run build:cli` makes.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { toArguments } from './to-arguments.mjs';
import { toSummary } from './to-summary.mjs';

const program = process.env.AUTODEPLOY_PROGRAM ?? fileURLToPath(new URL('../dist/autodeploy.mjs', import.meta.url));

/** @returns an input of action.yml, or an empty text. GitHub passes it on as a variable of the environment. */
const input = (name) => (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim();

/** The runner shows it as an annotation of the job: https://docs.github.com/actions/reference/workflow-commands-for-github-actions. */
const fail = (message) => {
  const line = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::error::${line}\n`);
  process.exitCode = 1;
};

/** Each output has a value of one line. */
const setOutputs = (outputs) =>
  append(
    'GITHUB_OUTPUT',
    Object.entries(outputs).map(([name, value]) => `${name}=${value.replaceAll(/[\r\n]+/g, ' ')}\n`),
  );

function append(variable, lines) {
  const file = process.env[variable];
  if (file !== undefined && file !== '') appendFileSync(file, lines.join(''));
}

/** Runs the program, and shows each change as it comes. @returns its exit code and the JSON documents of stdout. */
function run(args) {
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH: process.env.PATH,
      ...(process.env.NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS }),
      AUTODEPLOY_URL: input('url'),
      AUTODEPLOY_API_KEY: input('api-key'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  const errors = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    output.push(line);
    const entry = parse(line);
    if (entry?.subject !== undefined)
      process.stdout.write(`${entry.at}  ${entry.subject}  ${entry.from === entry.to ? (entry.detail ?? entry.to) : entry.to}\n`);
  });
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  // The runner cancels a job by these.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output, errors }));
  });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function main() {
  if (!existsSync(program))
    return fail(
      'This commit of the action has no dist/autodeploy.mjs: use the tag of a release, or run `npm run build:cli` before it',
    );
  const { args, error } = toArguments(input, process.env);
  if (error !== null) return fail(error);
  const { code, output, errors } = await run(args);
  // One line a change with the end last, or one document.
  const last = parse(output.at(-1) ?? '') ?? parse(output.join('\n'));
  const history = output.map(parse).filter((entry) => entry?.subject !== undefined);
  const outcome = toSummary({ last, history, url: input('url'), command: args[0] });
  setOutputs(outcome.outputs);
  append('GITHUB_STEP_SUMMARY', [outcome.markdown]);
  if (code === 0) return;
  const problem = errors.map(parse).findLast((one) => one?.error !== undefined)?.error;
  const issues = problem?.issues?.length > 0 ? `: ${problem.issues.join('; ')}` : '';
  fail(problem === undefined ? outcome.sentence : [`${problem.message}${issues}`, problem.hint].filter(Boolean).join('. '));
  process.exitCode = code;
}

await main();
