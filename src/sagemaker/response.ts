import type { Tag } from '@aws-sdk/client-sagemaker';
import { SageMakerError } from '../core/errors.ts';

/** A member that SageMaker's API model requires in the answer. @throws {SageMakerError} `unknown` when it is missing. */
export function required<T>(value: T | undefined, operation: string, member: string): T {
  if (value !== undefined) return value;
  throw new SageMakerError({
    kind: 'unknown',
    operation,
    resource: null,
    message: `The answer has no ${member}.`,
    effect: 'unknown',
    possiblyInFlight: false,
    code: 'IncompleteResponse',
    requestId: null,
  });
}

export const instant = (date: Date | undefined): number | null => date?.getTime() ?? null;

/** Left out when there are none. */
export function tagList(...tags: Record<string, string>[]): Tag[] | undefined {
  const all = Object.entries(Object.assign({}, ...tags) as Record<string, string>);
  return all.length === 0 ? undefined : all.map(([Key, Value]) => ({ Key, Value }));
}
