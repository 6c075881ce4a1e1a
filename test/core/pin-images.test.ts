import { expect, it } from 'vitest';
import { imagesOf, pinImages, pinnedDetail } from '../../src/core/deployment/pin-images.ts';

const tagged = { specified: 'repo/serve:latest', resolved: 'repo/serve@sha256:abc' };

it('imagesOf > returns what SageMaker deployed, and null where it shows nothing', () => {
  const image = { specifiedImage: tagged.specified, resolvedImage: tagged.resolved, resolvedAt: 1 };
  expect(imagesOf([{ deployedImages: [image, { ...image, resolvedImage: null }] }])).toEqual([tagged]);
  expect(imagesOf([{ deployedImages: [] }])).toBeNull();
  expect(imagesOf([])).toBeNull();
});

it('pinImages > names by digest the images that are known, in every container', () => {
  const primary = { PrimaryContainer: { Image: tagged.specified, ModelDataUrl: 's3://m' }, ExecutionRoleArn: 'role' };
  const { request, pinned } = pinImages(primary, [tagged]);
  expect(request).toEqual({ ...primary, PrimaryContainer: { Image: tagged.resolved, ModelDataUrl: 's3://m' } });
  expect(pinnedDetail(pinned)).toBe(`, with the image that repo/serve:latest was when it was live: ${tagged.resolved}`);
  const several = { Containers: [{ Image: 'other:1' }, { Image: tagged.specified }, { ModelPackageName: 'p' }] };
  expect(pinImages(several, [tagged]).request).toEqual({
    Containers: [{ Image: 'other:1' }, { Image: tagged.resolved }, { ModelPackageName: 'p' }],
  });
});

it('pinImages > changes nothing of a digest, and of what is not known', () => {
  const request = { PrimaryContainer: { Image: tagged.resolved } };
  expect(pinImages(request, [{ specified: tagged.resolved, resolved: tagged.resolved }])).toEqual({ request, pinned: [] });
  expect(pinImages({ PrimaryContainer: { Image: 'x' } }, [])).toEqual({
    request: { PrimaryContainer: { Image: 'x' } },
    pinned: [],
  });
});
