import { eventually } from '../testkit/eventually.ts';
import { completion } from './load-scenarios.ts';
import { abort, approve, hold, reject, release, rollBack } from './soak-delivery-load.ts';
import { endpoints } from './soak-endpoints.ts';
import { injectedReason, type LoadContext, pick } from './soak-ledger.ts';

type Action = (context: LoadContext) => Promise<void>;

const anyRun = ({ ledger, random }: LoadContext): string | undefined => pick([...ledger.accepted.keys()].slice(-12), random);

const surprise = ({ ledger }: LoadContext, what: string, status: number, expected: readonly number[]): void => {
  if (!expected.includes(status)) ledger.surprises.push(`${what} returned ${status}`);
};

const bootstrap: Action = async (context) => {
  const { system, ledger, random } = context;
  const key = `soak-${(ledger.requests += 1)}`;
  const endpoint = pick(endpoints, random) ?? 'soak-a';
  const autoDeploy = random() < 0.9;
  // Twice at once, as an impatient client or a proxy that repeats.
  const copies = random() < 0.2 ? 2 : 1;
  const responses = await Promise.all(
    Array.from({ length: copies }, () => system.client.bootstrap({ key, endpoint, autoDeploy, withinMs: 120_000 })),
  );
  for (const { status } of responses) surprise(context, `bootstrap ${key}`, status, [200, 202]);
  const names = new Set(responses.map(({ body }) => body.training_job_name));
  if (names.size > 1) ledger.surprises.push(`doubled: ${key} returned ${[...names].join(' and ')}`);
  for (const name of names) ledger.accepted.set(name, { key, endpoint, autoDeploy });
};

const repeatBootstrap: Action = async (context) => {
  const name = anyRun(context);
  const known = name === undefined ? undefined : context.ledger.accepted.get(name);
  if (known === undefined) return;
  const { status, body } = await context.system.client.bootstrap(known);
  surprise(context, `repeated bootstrap ${known.key}`, status, [200]);
  if (body.training_job_name !== name)
    context.ledger.surprises.push(`doubled: ${known.key} is ${name} and ${body.training_job_name}`);
};

const deploy =
  (force: boolean): Action =>
  async (context) => {
    const name = anyRun(context);
    if (name === undefined) return;
    // Before the request: its effect may come before its response.
    if (force) context.ledger.forced.add(name);
    const { status } = await context.system.client.deploy(name, force);
    surprise(context, `deploy of ${name}`, status, [200, 202, 409]);
  };

const stop: Action = async (context) => {
  const name = anyRun(context);
  if (name === undefined) return;
  context.ledger.stopped.add(name);
  const { status } = await context.system.client.stop(name);
  surprise(context, `stop of ${name}`, status, [202, 409]);
};

/** Sends the completion event of a run several times, early or late. */
const sendEvents: Action = async (context) => {
  const name = anyRun(context);
  if (name === undefined) return;
  await Promise.all([1, 2, 3].map(() => context.system.client.event(completion(name))));
};

/** Makes the next training, update or creation fail at SageMaker. */
const failNextChange: Action = async ({ system, random }) => {
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
    await eventually(() => system.simulator.addFaults([{ ...next, ...('match' in next && { match: { ...next.match } }) }]));
};

const actions: readonly (readonly [number, Action])[] = [
  [10, bootstrap],
  [3, repeatBootstrap],
  [3, deploy(false)],
  [2, deploy(true)],
  [1, stop],
  [3, sendEvents],
  [1, failNextChange],
  [4, approve],
  [1, reject],
  [1, abort],
  [1, rollBack],
  [1, hold],
  [3, release],
];

/** Performs one action of a client or of SageMaker, chosen at random. */
export async function loadOnce(context: LoadContext): Promise<void> {
  const total = actions.reduce((sum, [weight]) => sum + weight, 0);
  let left = context.random() * total;
  const action = actions.find(([weight]) => (left -= weight) < 0)?.[1] ?? bootstrap;
  await action(context);
}
