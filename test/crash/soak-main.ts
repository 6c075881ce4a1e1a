/**
 * `npm run soak -- --minutes N [--seed S]`: random load and random faults on real processes, with what must hold looked at all the time,
 * and at the end when all is quiet. Ends with 1 when something did not. The seed gives the same choices again; what they meet depends on
 * the machine's own timing.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { eventually } from '../support/eventually.ts';
import { CrashSystem } from './crash-system.ts';
import { newSeed, seededRandom } from './random.ts';
import { strikeOnce } from './soak-faults.ts';
import { checkAlways, checkAtEnd, detailsOfAll } from './soak-invariants.ts';
import { loadOnce, newLedger } from './soak-load.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? newSeed());
const minutes = Number(values.minutes);
const say = (line: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const settledWithinMs = 180_000;

say(`seed ${seed}: npm run soak -- --minutes ${minutes} --seed ${seed}`);
const system = await CrashSystem.start();
const found = new Set<string>();
try {
  await soak();
} catch (error) {
  found.add(String(error));
}
for (const one of found) say(`BROKEN ${one}`);
if (found.size > 0) {
  const path = join(mkdtempSync(join(tmpdir(), 'autodeploy-soak-')), 'output.log');
  writeFileSync(path, system.output);
  say(`what the processes said last: ${path}`);
}
await system.stop();
process.exitCode = found.size === 0 ? 0 : 1;

async function soak(): Promise<void> {
  const ledger = newLedger();
  const until = Date.now() + minutes * 60_000;
  const goesOn = (): boolean => Date.now() < until;
  let faults = 0;
  let checks = 0;

  // Streams of chance of their own, so that the faults are the same however fast the load is answered.
  const client = async (random: () => number): Promise<void> => {
    while (goesOn()) {
      await loadOnce({ system, ledger, random }).catch((error: unknown) => found.add(String(error)));
      await delay(200 + random() * 800);
    }
  };
  const fate = async (random: () => number): Promise<void> => {
    while (goesOn()) {
      await delay(1000 + random() * 8000);
      const name = await strikeOnce(system, random).catch((error: unknown) => `a fault that could not be made: ${String(error)}`);
      faults += 1;
      say(`${name}; ${ledger.accepted.size} runs accepted`);
    }
  };
  const watch = async (): Promise<void> => {
    while (goesOn()) {
      for (const one of await checkAlways(system, ledger)) found.add(one);
      checks += 1;
      await delay(1000);
    }
  };
  const seeds = seededRandom(seed);
  const stream = (): (() => number) => seededRandom(Math.floor(seeds() * 2 ** 32));
  await Promise.all([client(stream()), client(stream()), client(stream()), fate(stream()), fate(stream()), watch()]);

  say('no more faults and no more requests: waiting for quiet');
  await system.standIn.clearFaults();
  await system.allReady();
  await eventually(
    async () =>
      (await detailsOfAll(system))
        .filter(isOpen)
        .map((run) => `${run.training_job_name}: ${run.status}, ${run.deployment_status}`),
    (open) => open.length === 0,
    { withinMs: settledWithinMs, everyMs: 1000, what: 'an outcome of every run' },
  );
  for (const one of await checkAtEnd(system, ledger)) found.add(one);
  const lost = [...found].filter((one) => one.startsWith('lost')).length;
  say(`runs ${ledger.accepted.size} · faults injected ${faults} · checks ${checks} · lost ${lost} · broken ${found.size}`);
}

function isOpen({ status, deployments }: { status: string; deployments: { status: string }[] }): boolean {
  const active = deployments.some((deployment) => ['queued', 'in_progress'].includes(deployment.status));
  return active || status === 'requested' || status === 'training';
}
