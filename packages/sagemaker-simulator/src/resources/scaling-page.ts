import { AwsError, validationError } from '../aws-error.ts';
import { invalidInput } from '../validation/validate-input.ts';
import { compare, hashQuery, readToken, writeToken, type Position } from './page-token.ts';

export interface ScalingListInput {
  ServiceNamespace: string;
  ResourceId?: string;
  ResourceIds?: string[];
  ScalableDimension?: string;
  MaxResults?: number;
  NextToken?: string;
}

/**
 * One page in the order of the keys.
 * @param largest both the largest page and the default one (documented for each operation).
 * @throws {AwsError} ValidationException for a page that is too large, and for a dimension without a resource, which the documentation
 * asks for; InvalidNextTokenException.
 */
export function createScalingPage<Item>(
  items: Iterable<[key: string, item: Item]>,
  input: ScalingListInput,
  largest: number,
): { page: Item[]; NextToken?: string } {
  const { MaxResults: size = largest, ScalableDimension, ResourceId, ResourceIds = [] } = input;
  if (size < 1 || size > largest) {
    const constraint = `Member must have value ${size < 1 ? 'greater than or equal to 1' : `less than or equal to ${largest}`}`;
    throw invalidInput([{ value: size, path: 'maxResults', constraint }]);
  }
  if (ScalableDimension !== undefined && ResourceId === undefined && ResourceIds.length === 0) {
    throw validationError('A scalable dimension can only be specified together with a resource ID.');
  }
  const query = hashQuery(input);
  const after = input.NextToken === undefined ? null : readScalingToken(input.NextToken, query);
  const sorted = [...items]
    .map(([key, item]): { at: Position; item: Item } => ({ at: [key, ''], item }))
    .filter(({ at }) => after === null || compare(at, after) > 0)
    .toSorted((a, b) => compare(a.at, b.at));
  const page = sorted.slice(0, size);
  const last = page.at(-1);
  return {
    page: page.map(({ item }) => item),
    NextToken: last !== undefined && sorted.length > size ? writeToken(last.at, query) : undefined,
  };
}

function readScalingToken(token: string, query: string): Position {
  try {
    return readToken(token, query);
  } catch (error) {
    if (error instanceof AwsError) throw new AwsError('InvalidNextTokenException', 'The specified next token is invalid.');
    throw error;
  }
}
