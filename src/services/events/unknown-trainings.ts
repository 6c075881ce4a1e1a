import { hasPassed } from '../../core/instants.ts';
import { fullBudget, type LookBudget, spendLook } from '../../core/observation-budget.ts';
import type { Services } from '../context.ts';

/** Why a training that the database does not know is none of ours; null when it is looked at. */
type Answer = string | null;

interface Memory {
  budget: LookBudget;
  answers: Map<string, { answer: Promise<Answer>; at: number; forMs: number }>;
}

/** One of ours is known to the database by then; whatever is none of ours stays so. */
const lookedAtForMs = 10_000;
const notOursForMs = 60_000;
const mostNames = 5000;

/** This process's, for each store that it has. */
const memories = new WeakMap<Services['store'], Memory>();

/**
 * The answer to an event that may be of one of our trainings whose record is lost: the one that was given a moment ago, or what `lookInto` finds
 * out, as long as there is budget for it. Beyond that nothing is asked: the look for lost trainings finds those of ours all the same.
 */
export async function answerUnknown(services: Services, name: string, lookInto: () => Promise<Answer>): Promise<Answer> {
  const { store, settings, now } = services;
  const memory = memories.get(store) ?? { budget: fullBudget(now()), answers: new Map() };
  memories.set(store, memory);
  const { answers } = memory;
  const key = name.toLowerCase();
  const known = answers.get(key);
  if (known !== undefined && !hasPassed(known.at, known.forMs, now())) return known.answer;

  const budget = spendLook(memory.budget, now());
  if (budget === null) {
    const withinSeconds = Math.ceil(settings.reconcileIntervalMs / 1000);
    return `${name} is not known, and more such events came than are looked into; if it is this service's, it is found within about ${withinSeconds} s`;
  }
  memory.budget = budget;
  // Before it is there: of many events at once one asks.
  const entry = { answer: lookInto(), at: now(), forMs: lookedAtForMs };
  answers.delete(key);
  answers.set(key, entry);
  forgetOldest(answers);
  try {
    const answer = await entry.answer;
    if (answer !== null) entry.forMs = notOursForMs;
    return answer;
  } catch (error) {
    if (answers.get(key) === entry) answers.delete(key);
    throw error;
  }
}

function forgetOldest(answers: Memory['answers']): void {
  for (const oldest of answers.keys()) {
    if (answers.size <= mostNames) return;
    answers.delete(oldest);
  }
}
