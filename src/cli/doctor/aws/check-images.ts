import { type Check, failed, ok, skipped, warning } from '../check.ts';
import type { CallAws } from './aws-program.ts';
import type { AwsSettings } from './aws-settings.ts';
import { parseImage } from './parse-image.ts';

const docs = 'docs/aws.md#roles';

/** Whether ECR has the images, also those of other accounts, such as AWS's own. */
export async function checkImage(aws: CallAws, { use, uri }: AwsSettings['images'][number], region: string): Promise<Check> {
  const image = parseImage(uri);
  if (image === null)
    return warning(use, `${uri} is not in Amazon ECR`, {
      todo: 'SageMaker takes images from ECR, or from a private registry within a VPC',
      docs,
    });
  const where = ['--registry-id', image.account, '--repository-name', image.repository, '--region', image.region];
  const query = '{found: images[].imageId, failures: failures}';
  const result = await aws(['ecr', 'batch-get-image', ...where, '--image-ids', image.id, '--query', query]);
  if (result.kind === 'missing') return skipped(use, 'aws is missing');
  if (result.kind === 'refused') {
    const isGone = result.code === 'RepositoryNotFoundException';
    return isGone
      ? failed(use, `ECR has no repository for ${uri}`, { todo: 'Push the image, or correct its address', docs })
      : skipped(use, result.message);
  }
  const { found } = result.output as { found?: unknown[] };
  if ((found ?? []).length === 0) return failed(use, `ECR has no ${uri}`, { todo: 'Push the image, or correct its tag', docs });
  if (image.region !== region)
    return failed(use, `${uri} is in ${image.region}, and the service in ${region}`, {
      todo: 'Replicate it: SageMaker pulls from its own region',
      docs,
    });
  return ok(use, uri);
}
