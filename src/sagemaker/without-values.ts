import { SagemakerError } from '../core/errors.ts';
import type { TrainingJobSpec } from '../services/ports.ts';

/** Shorter ones stand in ordinary words, and are no secrets. */
const shortestHidden = 8;

/**
 * The error without the values of hyperparameters and environment variables, which SageMaker repeats in what it refuses ("Value '…'
 * at 'environment' failed to satisfy constraint"). They may be secrets, and its words go on to logs and histories.
 */
export function withoutValues(error: unknown, { hyperparameters, environment }: TrainingJobSpec): unknown {
  if (!(error instanceof SagemakerError)) return error;
  const values = [...Object.values(hyperparameters), ...Object.values(environment)]
    .filter((value) => value.length >= shortestHidden)
    // One value may hold another.
    .toSorted((a, b) => b.length - a.length);
  const message = values.reduce((text, value) => text.replaceAll(value, '…'), error.message);
  if (message === error.message) return error;
  const { kind, operation, resource, effect, mayStillArrive, code, requestId, cause } = error;
  return new SagemakerError({ kind, operation, resource, message, effect, mayStillArrive, code, requestId, cause });
}
