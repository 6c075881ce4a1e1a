import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { HttpClient } from './http-client.ts';
import { Processes } from './processes.ts';
import type { Report } from './report.ts';
import { percentile, shown } from './statistics.ts';

const apis = 2;
const perSecond = 1;
const endpointName = 'sentiment-endpoint';
/** What is left is started as fast as possible at the end, to see whether anything was lost. */
const restPerSecond = 200;
const restMs = 180_000;

/** Very many `POST /bootstrap` at once, over two API processes, while SageMaker allows one start a second. */
export async function benchBacklog({ options, cleanup, say }: Bench): Promise<Report> {
  const { seconds = 120, runs = 1000 } = { seconds: options.seconds ?? undefined, runs: options.runs ?? undefined };
  const processes = new Processes(cleanup, options.profile);
  await processes.redis();
  const simulator = await processes.simulator({
    SIMULATOR_TRAINING_SECONDS: '86400',
    SIMULATOR_CREATE_TRAINING_JOB_PER_SECOND: String(perSecond),
  });
  const clients: HttpClient[] = [];
  for (let number = 0; number < apis; number += 1) {
    const client = new HttpClient((await processes.api()).url);
    cleanup.add(() => client.close());
    clients.push(client);
  }
  await processes.worker();
  const sagemaker = new HttpClient(simulator.url);
  cleanup.add(() => sagemaker.close());

  const nameOf = (index: number): string => `bench-training-${String(index).padStart(5, '0')}`;
  const begunAt = performance.now();
  const tookMs: number[] = [];
  const accepted = new Set<string>();
  const requests = Array.from({ length: runs }, async (_, index) => {
    const body = { training_job_name: nameOf(index), endpoint_name: endpointName };
    await clients[index % apis]?.ask('POST', '/bootstrap?auto_deploy=true', body);
    tookMs.push(performance.now() - begunAt);
    accepted.add(nameOf(index));
  });
  const refused = (await Promise.allSettled(requests)).filter(({ status }) => status === 'rejected').length;
  say(`recorded within ${shown(Math.max(...tookMs))} ms`);
  const created = async (): Promise<string[]> => {
    const path = '/_control/effects?kind=training_job_created&limit=100000';
    const { effects } = (await sagemaker.ask('GET', path)) as { effects: { name: string }[] };
    return effects.map(({ name }) => name);
  };
  const before = (await created()).length;
  await delay(seconds * 1000);
  const inTime = await created();
  const throttles = '/_control/calls?operation=CreateTrainingJob&code=ThrottlingException&limit=10000';
  const throttled = ((await sagemaker.ask('GET', throttles)) as { calls: object[] }).calls.length;
  const pace = (inTime.length - before) / seconds;

  say('the rest, without a limit');
  await sagemaker.ask('PATCH', '/_control/settings', {
    rateLimits: { CreateTrainingJob: { perSecond: restPerSecond, burst: restPerSecond } },
  });
  const until = performance.now() + restMs;
  let all = await created();
  while (all.filter((name) => accepted.has(name)).length < accepted.size && performance.now() < until) {
    await delay(500);
    all = await created();
  }
  // Requests come at once, so that they are recorded in an order of their own: what matters is how far a run is from its place.
  const list = async (cursor: string | null, names: string[] = []): Promise<string[]> => {
    const path = `/training-jobs?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page = (await clients[0]?.ask('GET', path)) as { items: { training_job_name: string }[]; next_cursor: string | null };
    names.push(...page.items.map((run) => run.training_job_name));
    return page.next_cursor === null ? names : list(page.next_cursor, names);
  };
  const recorded = (await list(null)).toReversed();
  const startedInTime = inTime.slice(before);
  const waiting = recorded.filter((name) => !inTime.slice(0, before).includes(name));
  const lost = [...accepted].filter((name) => !all.includes(name)).length;
  const doubled = all.length - new Set(all).size;
  const places = startedInTime.map((name, place) => Math.abs(waiting.indexOf(name) - place));
  return {
    title: 'A backlog of starts',
    about:
      `${runs} requests of POST /bootstrap at once, over ${apis} API processes and one worker, while the simulator allows ` +
      `${perSecond} CreateTrainingJob a second. For ${seconds} s the starts and the throttles are counted; then the limit is lifted, ` +
      'to see that none was lost and none was started twice.',
    tables: [
      {
        columns: ['', ''],
        rows: [
          ['all recorded (202) within', `${shown(Math.max(...tookMs))} ms`],
          ['refused (503), since the simulator did not respond in time', String(refused)],
          ['starts while they were recorded', String(before)],
          [`starts in the ${seconds} s after`, String(startedInTime.length)],
          ['throttles in all', String(throttled)],
          ['places between a start and its turn, p50 and p99', `${percentile(places, 50)}, ${percentile(places, 99)}`],
          ['trainings in the end, and different ones', `${all.length}, ${new Set(all).size}`],
        ],
      },
    ],
    aims: [
      {
        what: 'all recorded',
        wanted: '<= 2 s',
        found: `${shown(Math.max(...tookMs) / 1000)} s`,
        reached: Math.max(...tookMs) <= 2000,
      },
      {
        what: 'starts a second',
        wanted: `>= ${0.85 * perSecond}`,
        found: shown(pace),
        reached: pace >= 0.85 * perSecond,
      },
      {
        what: 'lost or doubled',
        wanted: '0',
        found: String(lost + doubled),
        reached: lost + doubled === 0,
      },
    ],
  };
}
