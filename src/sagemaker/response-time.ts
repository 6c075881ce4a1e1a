import type { ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';

/** Has the command's answer tell when SageMaker gave it, by its own clock: the Date header. Nothing is told where there is none. */
export function noteAnsweredAt(command: ListTrainingJobsCommand, tell: (at: number) => void): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const at = Date.parse(dateOf(result.response) ?? '');
      if (!Number.isNaN(at)) tell(at);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'noteAnsweredAt' },
  );
}

function dateOf(response: unknown): string | undefined {
  const { headers } = Object(response) as { headers?: Record<string, string> };
  return headers?.['date'];
}
