import type { Effect } from 'sagemaker-simulator';

/** The names of models and endpoint configurations are the training job's, and a digest of what they are made of. */
const contentName = /^(.+)-[0-9a-f]{10}$/;

/** The training job on whose account an effect was made. */
export function runOf({ name, detail = {} }: Effect): string {
  const { to, endpointConfigName } = detail as Partial<Record<'to' | 'endpointConfigName', string>>;
  const subject = to ?? endpointConfigName ?? name;
  return contentName.exec(subject)?.[1] ?? subject;
}
