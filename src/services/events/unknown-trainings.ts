import { hasPassed } from '../../core/instants.ts';
import { fullBudget, type ObservationBudget, spendObservation } from '../../core/observation-budget.ts';
import type { ServiceContext } from '../context.ts';

/** Why a training that the database does not know is none of ours; null when it is looked at. */
type ServiceResponse = string | null;

interface Memory {
  budget: ObservationBudget;
  responses: Map<string, { response: Promise<ServiceResponse>; at: number; forMs: number }>;
}

/** One of ours is known to the database by then; whatever is none of ours stays so. */
const lookedAtForMs = 10_000;
const notOursForMs = 60_000;
const mostNames = 5000;

/** This process's, for each store that it has. */
const memories = new WeakMap<ServiceContext['store'], Memory>();

/**
 * The answer to an event that may be of one of our trainings whose record is lost: the one that was given a moment ago, or what `investigate` finds
 * out, as long as there is budget for it. Beyond that nothing is asked: the look for lost trainings finds those of ours all the same.
 */
export async function handleUnknownTraining(
  ctx: ServiceContext,
  name: string,
  investigate: () => Promise<ServiceResponse>,
): Promise<ServiceResponse> {
  const { store, settings, now } = ctx;
  const memory = memories.get(store) ?? { budget: fullBudget(now()), responses: new Map() };
  memories.set(store, memory);
  const { responses } = memory;
  const key = name.toLowerCase();
  const known = responses.get(key);
  if (known !== undefined && !hasPassed(known.at, known.forMs, now())) return known.response;

  const budget = spendObservation(memory.budget, now());
  if (budget === null) {
    const withinSeconds = Math.ceil(settings.reconcileIntervalMs / 1000);
    return `${name} is not known, and more such events came than are looked into; if it is this service's, it is found within about ${withinSeconds} s`;
  }
  memory.budget = budget;
  // Before it is there: of many events at once one asks.
  const entry = { response: investigate(), at: now(), forMs: lookedAtForMs };
  responses.delete(key);
  responses.set(key, entry);
  forgetOldest(responses);
  try {
    const response = await entry.response;
    if (response !== null) entry.forMs = notOursForMs;
    return response;
  } catch (error) {
    if (responses.get(key) === entry) responses.delete(key);
    throw error;
  }
}

function forgetOldest(responses: Memory['responses']): void {
  for (const oldest of responses.keys()) {
    if (responses.size <= mostNames) return;
    responses.delete(oldest);
  }
}
