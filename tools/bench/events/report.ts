import type { Measured } from '../load.ts';
import type { Aim, Report, Table } from '../report.ts';
import { mean, percentile, shown } from '../statistics.ts';

interface Rate {
  perSecond: number;
  direct: readonly number[];
  ours: readonly number[];
}

/** Processor time of a round at the higher rate, in milliseconds, by process. */
export type Used = Readonly<Record<string, number>>;

interface Found {
  rates: readonly Rate[];
  used: { direct: readonly Used[]; ours: readonly Used[] };
  polled: readonly number[];
  pollSeconds: number;
  /** By how many were asked at once; while the worker looks at each on the same machine, and with no worker. */
  responses: Record<'whileWorkerObserves' | 'alone', ReadonlyMap<number, Measured>>;
  complaints: number;
  how: { seconds: number; rounds: number; lowRate: number };
}

/** The design that this replaces polled once a minute, and a training ends at any moment of that minute. */
const replacedPollMs = 60_000;
const processNames = ['client', 'simulator', 'api', 'worker', 'redis'];
const responsesOfAim = 100;
const aimResponseMs = 50;
const answerers = [
  ['alone', 'the workers elsewhere'],
  ['whileWorkerObserves', 'a worker beside it looks at each'],
] as const;
const aimOf = (baselineMs: number): number => 1.5 * baselineMs + 50;

export function reportOnEvents({ rates, used, polled, pollSeconds, responses, complaints, how }: Found): Report {
  const row = (what: string, perSecond: string, ms: readonly number[]): string[] => [
    what,
    perSecond,
    String(ms.length),
    ...[mean(ms), percentile(ms, 50), percentile(ms, 99), Math.max(...ms)].map(shown),
  ];
  const times: Table = {
    columns: ['From a training’s end to UpdateEndpoint', 'A second', 'Trainings', 'Mean ms', 'p50', 'p99', 'At most'],
    rows: [
      ...rates.flatMap(({ perSecond, direct, ours }) => [
        row('the calls made bare', String(perSecond), direct),
        row('the service, told by an event', String(perSecond), ours),
      ]),
      row(`the service, all events lost: a poll every ${pollSeconds} s`, '', polled),
      [
        'the design that this replaces: a poll every 60 s (arithmetic, not measured)',
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
      ['the calls made bare', ...processNames.map((name) => perTraining(used.direct, name, fastest?.direct.length ?? 0))],
      ['the service, told by an event', ...processNames.map((name) => perTraining(used.ours, name, fastest?.ours.length ?? 0))],
    ],
  };
  const answering: Table = {
    columns: ['POST /events', 'At once', 'Answers/s', 'p50 ms', 'p99 ms'],
    rows: answerers.flatMap(([who, name]) =>
      [...responses[who]].map(([atOnce, { perSecond, p50Ms, p99Ms }]) => [
        name,
        String(atOnce),
        ...[perSecond, p50Ms, p99Ms].map(shown),
      ]),
    ),
  };
  return {
    title: 'From an event to the endpoint asked for',
    about:
      'A training ends and its event is posted to POST /events at once, each with a live endpoint of its own; milliseconds from the ' +
      'sending of the event to the arrival of UpdateEndpoint, by the stand-in’s log. The floor is the SDK’s DescribeTrainingJob, ' +
      'CreateModel, DescribeEndpoint, CreateEndpointConfig and UpdateEndpoint made one after the other from one Node process for each ' +
      `training, from the sending of the first. One a second for ${how.lowRate} s, half a second apart from the floor’s; 50 a second ` +
      `for ${how.seconds} s, floor and service in turns, ${how.rounds} times. Where all events are lost, trainings end at any moment ` +
      'of three polls. POST /events is asked again the moment it has answered, with events of trainings that go on: while the worker ' +
      'looks at each on the same cores, and with the worker stopped, as where the API has a machine of its own.',
    tables: [times, processor, answering],
    aims: [
      ...rates.flatMap((rate) => [50, 99].map((percent) => besideBaseline(rate, percent))),
      ...answerers.map(([who, name]): Aim => {
        const p99Ms = responses[who].get(responsesOfAim)?.p99Ms ?? Number.NaN;
        return {
          what: `POST /events, p99 at ${responsesOfAim} at once, ${name}`,
          wanted: `< ${aimResponseMs} ms`,
          found: `${shown(p99Ms)} ms`,
          reached: p99Ms < aimResponseMs,
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

function besideBaseline({ perSecond, direct, ours }: Rate, percent: number): Aim {
  const baselineMs = percentile(direct, percent);
  const ms = percentile(ours, percent);
  return {
    what: `p${percent} from event to UpdateEndpoint, ${perSecond} a second`,
    wanted: `<= 1.5 x floor + 50 = ${shown(aimOf(baselineMs))} ms`,
    found: `${shown(ms)} ms`,
    reached: ms <= aimOf(baselineMs),
  };
}
