import { tagKeys } from '../../core/sagemaker/tags.ts';
import type { CallOptions } from '../../ports/sagemaker.ts';
import type { TaggedRun } from '../../ports/store.ts';
import type { ServiceContext } from '../context.ts';

/**
 * Tags the training job with who turned it down, so that a rebuilt database does not deploy it. `run`: one whose tag is due.
 *
 * @throws {SageMakerError} where SageMaker does not take the tag.
 */
export async function writeTurnedDownTag(
  { store, sagemaker }: Pick<ServiceContext, 'store' | 'sagemaker'>,
  { run, options }: { run: TaggedRun; options: CallOptions },
): Promise<void> {
  const { trainingJobName, trainingJobArn, turnedDown } = run;
  if (trainingJobArn !== null) await sagemaker.addTags(trainingJobArn, { [tagKeys.turnedDown]: turnedDown.how }, options);
  await store.runs.recordTagged({ trainingJobName, how: turnedDown.how });
}
