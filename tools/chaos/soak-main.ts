/**
 * `npm run soak -- --minutes N [--seed S] [--database postgres]`: random load and random faults on real processes. Checks the invariants every second, and again
 * when every run is over. Exits with 1 when one is broken. The same seed makes the same choices; their timing depends on the machine.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '../testkit/eventually.ts';
import { engineOf } from './chaos-database.ts';
import { CrashSystem } from './system.ts';
import type { Finding } from './endpoint-timeline.ts';
import { newSeed, seededRandom } from './random.ts';
import { injectOnce, type Injected } from './soak-faults.ts';
import { checkAlways, checkAtEnd, detailsOfAll } from './soak-invariants.ts';
import { releaseAll, soakPolicies } from './soak-delivery-load.ts';
import { newLedger } from './soak-ledger.ts';
import { loadOnce } from './soak-load.ts';
import { type SeenCall, timelineFor } from './soak-timeline.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    database: { type: 'string', default: 'sqlite' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write('npm run soak -- [--minutes 5] [--seed S] [--database sqlite|postgres]\n');
  process.exit();
}
const engine = engineOf(values.database);
const seed = Number(values.seed ?? newSeed());
const minutes = Number(values.minutes);
const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const quietWithinMs = 180_000;

say(`seed ${seed}: npm run soak -- --minutes ${minutes} --seed ${seed} --database ${engine}`);
const system = await CrashSystem.start(engine, { policies: soakPolicies });
const found = new Map<string, Finding>();
const find = (finding: Finding): void => {
  if (found.has(finding.what)) return;
  found.set(finding.what, finding);
  say(`BROKEN ${finding.what}`);
};
const injected: Injected[] = [];
const calls: SeenCall[] = [];
system.breakpoints.onMessage = ({ process, via, what, when, text }) => {
  if (via === 'sagemaker' && what.endsWith('Endpoint')) calls.push({ at: Date.now(), process, what, when, text });
};
try {
  await soak();
} catch (error) {
  find({ what: String(error), endpoint: null, at: null });
}
if (found.size > 0) await reportTimelines();
await system.stop({ keep: found.size > 0 });
process.exitCode = found.size === 0 ? 0 : 1;

/** Keeps the timelines, the journal of effects, the output of the processes, and the database. */
async function reportTimelines(): Promise<void> {
  const effects = await system.simulator.effects();
  const evidence = {
    effects,
    injected,
    calls,
    deployments: await system.database.deployments(),
    history: (name: string) => system.database.history(name),
  };
  const parts: string[] = [];
  for (const finding of found.values()) parts.push(await timelineFor(finding, evidence));
  const timelines = parts.join('\n\n');
  say(`findings:\n${timelines}`);
  const keep = (name: string, text: string): void => writeFileSync(join(system.folder, name), text);
  keep('timelines.txt', timelines);
  keep('effects.json', JSON.stringify(effects));
  keep('faults.json', JSON.stringify(injected));
  keep('calls.json', JSON.stringify(calls));
  say(`kept: ${system.folder}`);
}

async function soak(): Promise<void> {
  const ledger = newLedger();
  const until = Date.now() + minutes * 60_000;
  const isRunning = (): boolean => Date.now() < until;
  let checks = 0;

  // Each loop has a random stream of its own, so that the faults do not depend on how fast the service responds.
  const client = async (random: () => number): Promise<void> => {
    while (isRunning()) {
      await loadOnce({ system, ledger, random }).catch((error: unknown) =>
        find({ what: String(error), endpoint: null, at: null }),
      );
      await delay(200 + random() * 800);
    }
  };
  const injectFaults = async (random: () => number): Promise<void> => {
    while (isRunning()) {
      await delay(1000 + random() * 8000);
      const name = await injectOnce(system, random, injected).catch(
        (error: unknown) => `a fault could not be injected: ${String(error)}`,
      );
      say(`${name}; ${ledger.accepted.size} runs accepted`);
    }
  };
  const check = async (): Promise<void> => {
    while (isRunning()) {
      for (const one of await checkAlways(system, ledger)) find(one);
      checks += 1;
      await delay(1000);
    }
  };
  const seeds = seededRandom(seed);
  const stream = (): (() => number) => seededRandom(Math.floor(seeds() * 2 ** 32));
  const loops = {
    'client 1': client(stream()),
    'client 2': client(stream()),
    'client 3': client(stream()),
    'faults 1': injectFaults(stream()),
    'faults 2': injectFaults(stream()),
    checks: check(),
  };
  const running = new Set(Object.keys(loops));
  for (const [name, loop] of Object.entries(loops)) void loop.then(() => running.delete(name));
  await delay(minutes * 60_000);
  const lasting = (): string => injected.flatMap(({ name, to }) => (to === null ? [name] : [])).join(', ');
  await eventually(
    () => ({ running: [...running], faults: lasting() }),
    (left) => left.running.length === 0,
    { withinMs: quietWithinMs, everyMs: 1000, what: 'the end of every loop of the soak' },
  );

  say('no more faults, no more requests: waiting for every outcome');
  await system.simulator.clearFaults();
  await system.allReady();
  await releaseAll(system);
  await eventually(
    async () =>
      (await detailsOfAll(system))
        .filter(isOpen)
        .map((run) => `${run.training_job_name}: ${run.status}, ${run.deployment_status}`),
    (open) => open.length === 0,
    { withinMs: quietWithinMs, everyMs: 1000, what: 'the outcome of every run' },
  );
  for (const one of await checkAtEnd(system, ledger)) find(one);
  const lost = [...found.keys()].filter((one) => one.startsWith('lost')).length;
  const { accepted } = ledger;
  say(`runs ${accepted.size} · faults injected ${injected.length} · checks ${checks} · lost ${lost} · broken ${found.size}`);
}

function isOpen({ status, deployments }: { status: string; deployments: { status: string }[] }): boolean {
  const active = deployments.some((deployment) => ['queued', 'awaiting_approval', 'in_progress'].includes(deployment.status));
  return active || status === 'requested' || status === 'training';
}
