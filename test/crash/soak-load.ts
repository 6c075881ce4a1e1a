import { eventually } from '../support/eventually.ts';
import type { CrashSystem } from './crash-system.ts';
import { completion } from './storms.ts';

/** What clients were promised, to be held against what comes of it. */
export interface Ledger {
  /** Runs that were answered with 202 or 200, in that order. */
  accepted: Map<string, { endpoint: string; autoDeploy: boolean }>;
  /** Requests that got no answer for good: their runs may or may not exist. */
  unanswered: Set<string>;
  stopped: Set<string>;
  forced: Set<string>;
  requests: number;
  /** Answers that no client should get. */
  surprises: string[];
}

export const newLedger = (): Ledger => ({
  accepted: new Map(),
  unanswered: new Set(),
  stopped: new Set(),
  forced: new Set(),
  requests: 0,
  surprises: [],
});

export const endpoints = ['soak-a', 'soak-b', 'soak-c', 'soak-d'];
export const injectedReason = 'injected by the soak';

type Action = (context: LoadContext) => Promise<void>;

export interface LoadContext {
  system: CrashSystem;
  ledger: Ledger;
  random: () => number;
}

const pick = <T>(items: readonly T[], random: () => number): T | undefined => items[Math.floor(random() * items.length)];

const anyRun = ({ ledger, random }: LoadContext): string | undefined => pick([...ledger.accepted.keys()].slice(-12), random);

const surprise = ({ ledger }: LoadContext, what: string, status: number, expected: readonly number[]): void => {
  if (!expected.includes(status)) ledger.surprises.push(`${what} was answered with ${status}`);
};

const bootstrap: Action = async (context) => {
  const { system, ledger, random } = context;
  const name = `soak-${String((ledger.requests += 1)).padStart(6, '0')}`;
  const endpoint = pick(endpoints, random) ?? 'soak-a';
  const autoDeploy = random() < 0.9;
  // Twice at once: the client is impatient, or its proxy repeats.
  const copies = random() < 0.2 ? 2 : 1;
  try {
    const answers = await Promise.all(
      Array.from({ length: copies }, () => system.client.bootstrap({ name, endpoint, autoDeploy, withinMs: 60_000 })),
    );
    for (const { status } of answers) surprise(context, `bootstrap of ${name}`, status, [200, 202]);
    if (answers.some(({ status }) => status === 200 || status === 202)) ledger.accepted.set(name, { endpoint, autoDeploy });
  } catch {
    ledger.unanswered.add(name);
  }
};

const repeatBootstrap: Action = async (context) => {
  const name = anyRun(context);
  const known = name === undefined ? undefined : context.ledger.accepted.get(name);
  if (name === undefined || known === undefined) return;
  const { status } = await context.system.client.bootstrap({ name, ...known });
  surprise(context, `repeated bootstrap of ${name}`, status, [200]);
};

const deploy =
  (force: boolean): Action =>
  async (context) => {
    const name = anyRun(context);
    if (name === undefined) return;
    // Before it is asked: the effect may be there before the answer is.
    if (force) context.ledger.forced.add(name);
    const { status } = await context.system.client.deploy(name, force);
    surprise(context, `deploy of ${name}`, status, [200, 202, 409]);
  };

const stop: Action = async (context) => {
  const name = anyRun(context);
  if (name === undefined) return;
  context.ledger.stopped.add(name);
  const { status } = await context.system.client.stop(name);
  surprise(context, `stop of ${name}`, status, [202]);
};

/** An event that tells the truth, several times, early or late. */
const tell: Action = async (context) => {
  const name = anyRun(context);
  if (name === undefined) return;
  await Promise.all([1, 2, 3].map(() => context.system.client.event(completion(name))));
};

/** The next training, update or creation goes wrong at SageMaker. */
const spoil: Action = async ({ system, random }) => {
  const reason = injectedReason;
  const next = pick(
    [
      { kind: 'fail_training', reason },
      { kind: 'roll_back_update', reason, match: { operation: 'UpdateEndpoint' } },
      { kind: 'fail_endpoint', reason, match: { operation: 'CreateEndpoint' } },
      { kind: 'fail_endpoint', reason, match: { operation: 'UpdateEndpoint' } },
    ] as const,
    random,
  );
  if (next !== undefined)
    await eventually(() => system.standIn.addFaults([{ ...next, ...('match' in next && { match: { ...next.match } }) }]));
};

const actions: readonly (readonly [number, Action])[] = [
  [10, bootstrap],
  [3, repeatBootstrap],
  [3, deploy(false)],
  [2, deploy(true)],
  [1, stop],
  [3, tell],
  [1, spoil],
];

/** Does one thing that clients do, or that happens at SageMaker. */
export async function loadOnce(context: LoadContext): Promise<void> {
  const total = actions.reduce((sum, [weight]) => sum + weight, 0);
  let left = context.random() * total;
  const action = actions.find(([weight]) => (left -= weight) < 0)?.[1] ?? bootstrap;
  await action(context);
}
