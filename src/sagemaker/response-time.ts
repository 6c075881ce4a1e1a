import type { ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';

/** Adds to the command's output when SageMaker responded, by its own clock: the Date header. Adds nothing where there is none. */
export function noteRespondedAt(command: ListTrainingJobsCommand, report: (at: number) => void): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const at = Date.parse(dateOf(result.response) ?? '');
      if (!Number.isNaN(at)) report(at);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteRespondedAt' },
  );
}

function dateOf(response: unknown): string | undefined {
  const { headers } = Object(response) as { headers?: Record<string, string> };
  return headers?.['date'];
}
