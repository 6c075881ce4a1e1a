/**
 * A tag is no version: SageMaker resolves `repository:tag` to a digest, and the same tag may name another image later
 * (docs/reference/sagemaker-behavior.md#a-tag-is-resolved-to-a-digest).
 */
import { isObject, type ShapeObject } from '../shapes/shapes.ts';
import type { DeployedImage, EndpointVariant } from './endpoint-variant.ts';

/** An image as the model named it, and with the digest that SageMaker deployed. */
export interface PinnedImage {
  readonly specified: string;
  readonly resolved: string;
}

/** What SageMaker deployed of the images of a fleet; null where it shows none. */
export function imagesOf(variants: readonly Pick<EndpointVariant, 'deployedImages'>[]): PinnedImage[] | null {
  const images = variants.flatMap(({ deployedImages }) => deployedImages.flatMap(pinnedImage));
  return images.length === 0 ? null : images;
}

const pinnedImage = ({ specifiedImage, resolvedImage }: DeployedImage): PinnedImage[] =>
  specifiedImage === null || resolvedImage === null ? [] : [{ specified: specifiedImage, resolved: resolvedImage }];

/** A CreateModel request with its images by digest, as far as their digests are known, and the images that this changes. */
export function pinImages(
  request: ShapeObject,
  images: readonly PinnedImage[],
): { request: ShapeObject; pinned: readonly PinnedImage[] } {
  const digests = new Map(images.map((image) => [image.specified, image]));
  const pinned = new Map<string, PinnedImage>();
  const pin = (container: unknown): unknown => {
    if (!isObject(container)) return container;
    const image = digests.get(String(container['Image']));
    if (image === undefined || image.resolved === image.specified) return container;
    pinned.set(image.specified, image);
    return { ...container, Image: image.resolved };
  };
  const { PrimaryContainer: primary, Containers: containers } = request;
  const changed = {
    ...request,
    ...(primary === undefined ? {} : { PrimaryContainer: pin(primary) }),
    ...(Array.isArray(containers) ? { Containers: containers.map(pin) } : {}),
  };
  return { request: changed, pinned: [...pinned.values()] };
}

/** For the history: which images a model was created with in place of those that its request names. */
export const pinnedDetail = (pinned: readonly PinnedImage[]): string =>
  pinned.map(({ specified, resolved }) => `, with the image that ${specified} was when it was live: ${resolved}`).join('');
