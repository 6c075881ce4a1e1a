/** Where SageMaker's resources are: region and account stand in every ARN. */
export interface Place {
  region: string | null;
  account: string | null;
}

/** null for what is no ARN of SageMaker's. */
export function placeOfArn(arn: string): Place | null {
  const [, region = '', account = ''] = /^arn:aws[\w-]*:sagemaker:([a-z0-9-]+):(\d{12}):/.exec(arn) ?? [];
  return region === '' ? null : { region, account };
}

const reported = /(?:^Could not find .*|^Cannot create .*|\bon resource: )"?(arn:aws[\w-]*:sagemaker:[^"\s]+)/;

/** Which place SageMaker's own words about a resource name; null where they name none. */
export function placeOfWords(message: string): Place | null {
  const arn = reported.exec(message)?.[1];
  return arn === undefined ? null : placeOfArn(arn);
}

/** How a resource's place differs from the one that a process speaks to, in words; null where it does not, or that is not known. */
export function placeDiffers(arn: string | null, here: Place): string | null {
  const there = arn === null ? null : placeOfArn(arn);
  if (there === null) return null;
  const differs = (one: string | null, other: string | null): boolean => one !== null && other !== null && one !== other;
  if (!differs(there.region, here.region) && !differs(there.account, here.account)) return null;
  return `it is in ${inWords(there)}, and this process speaks to ${inWords(here)}: see to AWS_REGION and the credentials`;
}

const inWords = ({ region, account }: Place): string =>
  `${region ?? 'a region that is not known'}${account === null ? '' : `, account ${account}`}`;
