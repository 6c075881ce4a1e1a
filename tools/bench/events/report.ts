import type { Measured } from '../load.ts';
import type { Aim, Report, Table } from '../report.ts';
import { mean, percentile, shown } from '../statistics.ts';

interface Rate {
  perSecond: number;
  direct: readonly number[];
  service: readonly number[];
}

/** Processor time of a round at the higher rate, in milliseconds, by process. */
export type Used = Readonly<Record<string, number>>;

interface Found {
  rates: readonly Rate[];
  used: { direct: readonly Used[]; service: readonly Used[] };
  polled: readonly number[];
  pollSeconds: number;
  /** By requests at once; while a worker on the same machine observes each training, and with no worker. */
  responses: Record<'whileWorkerObserves' | 'alone', ReadonlyMap<number, Measured>>;
  complaints: number;
  how: { seconds: number; rounds: number; lowRate: number };
}

/** The design that this service replaces polled once a minute; a training ends at a random moment of that minute. */
const replacedPollMs = 60_000;
const processNames = ['client', 'simulator', 'api', 'worker', 'redis'];
const atOnceOfAim = 100;
const wantedResponseMs = 50;
const settings = [
  ['alone', 'workers on other machines'],
  ['whileWorkerObserves', 'a worker on the same machine observes each'],
] as const;
const wantedMs = (baselineMs: number): number => 1.5 * baselineMs + 50;

export function reportOnEvents({ rates, used, polled, pollSeconds, responses, complaints, how }: Found): Report {
  const row = (what: string, perSecond: string, ms: readonly number[]): string[] => [
    what,
    perSecond,
    String(ms.length),
    ...[mean(ms), percentile(ms, 50), percentile(ms, 99), Math.max(...ms)].map(shown),
  ];
  const times: Table = {
    columns: ["From a training's end to UpdateEndpoint", 'A second', 'Trainings', 'Mean ms', 'p50', 'p99', 'At most'],
    rows: [
      ...rates.flatMap(({ perSecond, direct, service }) => [
        row('the direct calls', String(perSecond), direct),
        row('the service, with an event', String(perSecond), service),
      ]),
      row(`the service, all events lost: a poll every ${pollSeconds} s`, '', polled),
      [
        'the design that this service replaces: a poll every 60 s (computed, not measured)',
        '',
        '',
        shown(replacedPollMs / 2),
        shown(replacedPollMs / 2),
        shown(replacedPollMs * 0.99),
        shown(replacedPollMs),
      ],
    ],
  };
  const perTraining = (rounds: readonly Used[], name: string, trainings: number): string =>
    rounds.some((round) => name in round) ? shown(rounds.reduce((sum, round) => sum + (round[name] ?? 0), 0) / trainings) : '';
  const fastest = rates.at(-1);
  const processor: Table = {
    columns: [`Processor ms a training, ${fastest?.perSecond} a second`, ...processNames],
    rows: [
      ['the direct calls', ...processNames.map((name) => perTraining(used.direct, name, fastest?.direct.length ?? 0))],
      [
        'the service, with an event',
        ...processNames.map((name) => perTraining(used.service, name, fastest?.service.length ?? 0)),
      ],
    ],
  };
  const responseTable: Table = {
    columns: ['POST /events', 'At once', 'Responses/s', 'p50 ms', 'p99 ms'],
    rows: settings.flatMap(([who, name]) =>
      [...responses[who]].map(([atOnce, { perSecond, p50Ms, p99Ms }]) => [
        name,
        String(atOnce),
        ...[perSecond, p50Ms, p99Ms].map(shown),
      ]),
    ),
  };
  return {
    title: 'From an event to the request for the endpoint',
    about:
      'A training ends and its event is sent to POST /events at once; each training has a live endpoint of its own. Milliseconds from ' +
      "the request with the event to the arrival of UpdateEndpoint, by the simulator's log. The baseline is the SDK's " +
      'DescribeTrainingJob, CreateModel, DescribeEndpoint, CreateEndpointConfig and UpdateEndpoint, one after the other from one Node ' +
      `process for each training, from the first request. One training a second for ${how.lowRate} s, half a second apart from the ` +
      `baseline's; 50 a second for ${how.seconds} s, in ${how.rounds} alternate rounds of baseline and service. Where all events are ` +
      'lost, trainings end at random within three polls. The requests to POST /events, each as soon as the one before has returned, ' +
      'carry events of trainings in progress: while a worker observes each on the same cores, and with the worker stopped, as where the ' +
      'API has a machine of its own.',
    tables: [times, processor, responseTable],
    aims: [
      ...rates.flatMap((rate) => [50, 99].map((percent) => besideBaseline(rate, percent))),
      ...settings.map(([who, name]): Aim => {
        const p99Ms = responses[who].get(atOnceOfAim)?.p99Ms ?? Number.NaN;
        return {
          what: `POST /events, p99 at ${atOnceOfAim} at once, ${name}`,
          wanted: `< ${wantedResponseMs} ms`,
          found: `${shown(p99Ms)} ms`,
          reached: p99Ms < wantedResponseMs,
        };
      }),
      {
        what: 'warnings and errors in the logs of API and worker',
        wanted: '0',
        found: String(complaints),
        reached: complaints === 0,
      },
    ],
  };
}

function besideBaseline({ perSecond, direct, service }: Rate, percent: number): Aim {
  const baselineMs = percentile(direct, percent);
  const ms = percentile(service, percent);
  return {
    what: `p${percent} from event to UpdateEndpoint, ${perSecond} a second`,
    wanted: `<= 1.5 x baseline + 50 = ${shown(wantedMs(baselineMs))} ms`,
    found: `${shown(ms)} ms`,
    reached: ms <= wantedMs(baselineMs),
  };
}
