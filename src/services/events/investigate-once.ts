import { hasPassed } from '../../core/instants.ts';
import { spendObservation } from '../../core/observation-budget.ts';
import type { ServiceContext } from '../context.ts';
import type { EventMemory, RefusalReason } from './event-memory.ts';

/** After this a training that was found to be this service's is in the database. One that was not stays so. */
const investigatedForMs = 10_000;
const foreignForMs = 60_000;
const maxNames = 5000;

/**
 * Returns the response to an event that may be of a training whose record is lost: the one that was given a moment ago, or what
 * `investigate` finds, while the budget lasts. Beyond it nothing is asked of SageMaker: the search for orphans finds the training.
 */
export async function investigateOnce(
  { eventMemory, settings, now }: ServiceContext,
  { trainingJobName, investigate }: { trainingJobName: string; investigate: () => Promise<RefusalReason> },
): Promise<RefusalReason> {
  const { responses } = eventMemory;
  const key = trainingJobName.toLowerCase();
  const known = responses.get(key);
  if (known !== undefined && !hasPassed(known.at, known.forMs, now())) return known.response;

  const budget = spendObservation(eventMemory.budget, now());
  if (budget === null) {
    const withinSeconds = Math.ceil(settings.reconcileIntervalMs / 1000);
    return `${trainingJobName} is not known, and more such events came than are investigated; if it is this service's, it is found within about ${withinSeconds} s`;
  }
  eventMemory.budget = budget;
  // Kept before it resolves: of many events at once one asks SageMaker.
  const entry = { response: investigate(), at: now(), forMs: investigatedForMs };
  responses.delete(key);
  responses.set(key, entry);
  forgetOldest(responses);
  try {
    const response = await entry.response;
    if (response !== null) entry.forMs = foreignForMs;
    return response;
  } catch (error) {
    if (responses.get(key) === entry) responses.delete(key);
    throw error;
  }
}

function forgetOldest(responses: EventMemory['responses']): void {
  for (const oldest of responses.keys()) {
    if (responses.size <= maxNames) return;
    responses.delete(oldest);
  }
}
