/** Where resources of SageMaker are. Every ARN has the region and the account. */
export interface Place {
  region: string | null;
  account: string | null;
}

/** Returns null for a text that is not an ARN of SageMaker. */
export function placeOfArn(arn: string): Place | null {
  const [, region = '', account = ''] = /^arn:aws[\w-]*:sagemaker:([a-z0-9-]+):(\d{12}):/.exec(arn) ?? [];
  return region === '' ? null : { region, account };
}

const reported = /(?:^Could not find .*|^Cannot create .*|\bon resource: )"?(arn:aws[\w-]*:sagemaker:[^"\s]+)/;

/** Returns the place that a message of SageMaker about a resource names; null where it names none. */
export function placeOfWords(message: string): Place | null {
  const arn = reported.exec(message)?.[1];
  return arn === undefined ? null : placeOfArn(arn);
}

/** Returns how a resource's place differs from the one that this process uses, as a text; null where it does not, or is not known. */
export function placeDiffers(arn: string | null, here: Place): string | null {
  const there = arn === null ? null : placeOfArn(arn);
  if (there === null) return null;
  const differs = (one: string | null, other: string | null): boolean => one !== null && other !== null && one !== other;
  if (!differs(there.region, here.region) && !differs(there.account, here.account)) return null;
  return `it is in ${inWords(there)}, and this process uses ${inWords(here)}: check AWS_REGION and the credentials`;
}

const inWords = ({ region, account }: Place): string =>
  `${region ?? 'a region that is not known'}${account === null ? '' : `, account ${account}`}`;
