import { isObject, own, type ShapeObject } from '../shapes/shapes.ts';

/** The tags of a request in one of SageMaker's shapes, by key. */
export function tagEntries(shape: ShapeObject): [key: string, value: string][] {
  const tags = own(shape, 'Tags');
  return (Array.isArray(tags) ? (tags as readonly unknown[]) : []).flatMap((tag): [string, string][] => {
    if (!isObject(tag)) return [];
    const [key, value] = [own(tag, 'Key'), own(tag, 'Value')];
    return typeof key === 'string' && typeof value === 'string' ? [[key, value]] : [];
  });
}
