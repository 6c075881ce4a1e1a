import { describe, expect, it } from 'vitest';
import { placeDiffers, placeOfArn, placeOfWords } from '../../src/core/sagemaker/place.ts';

const arn = (region: string, account: string, partition = 'aws'): string =>
  `arn:${partition}:sagemaker:${region}:${account}:training-job/job`;
const here = { region: 'eu-west-1', account: '123456789012' };

describe('a place', () => {
  it.each([
    [arn('us-east-1', '123456789012'), { region: 'us-east-1', account: '123456789012' }],
    [arn('us-gov-west-1', '000000000000', 'aws-us-gov'), { region: 'us-gov-west-1', account: '000000000000' }],
    ['arn:aws:s3:::bucket', null],
    ['job', null],
  ])('of %s', (text, place) => {
    expect(placeOfArn(text)).toEqual(place);
  });

  it.each([
    ['Could not find endpoint "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/live".', here],
    ['User: arn:aws:sts::1:x is not authorized to perform: y on resource: arn:aws:sagemaker:eu-west-1:123456789012:z/a', here],
    ['Requested resource not found.', null],
    // What we sent ourselves tells nothing.
    ["1 validation error detected: Value 'arn:aws:sagemaker:eu-west-1:123456789012:z/a' at 'resourceArn'", null],
  ])('by the words %s', (words, place) => {
    expect(placeOfWords(words)).toEqual(place);
  });
});

describe('a resource', () => {
  it.each([
    ['of this place', arn('eu-west-1', '123456789012'), here],
    ['of nowhere', null, here],
    ['of an odd ARN', 'job', here],
    ['where this place is not known', arn('us-east-1', '123456789012'), { region: null, account: null }],
    ['where the account is not known', arn('eu-west-1', '999999999999'), { region: 'eu-west-1', account: null }],
  ])('%s is taken to be here', (_, one, place) => {
    expect(placeDiffers(one, place)).toBeNull();
  });

  it.each([
    [
      'region',
      arn('us-east-1', '123456789012'),
      'it is in us-east-1, account 123456789012, and this process uses eu-west-1, account',
    ],
    [
      'account',
      arn('eu-west-1', '999999999999'),
      'it is in eu-west-1, account 999999999999, and this process uses eu-west-1, account 123',
    ],
  ])('of another %s is not', (_, one, reported) => {
    expect(placeDiffers(one, here)).toContain(reported);
  });
});
