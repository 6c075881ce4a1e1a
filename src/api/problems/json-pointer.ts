/**
 * Where a field is in a JSON body, as a JSON pointer in the form of a URI fragment (RFC 6901, section 6), which RFC 9457 has in its
 * example: `#/create_training_job/VpcConfig/Subnets/0`.
 *
 * @param field as an `invalid_request` names it: `create_training_job.VpcConfig.Subnets[0]`. A name may hold dots, so that the body
 *   decides where it ends: the longest key that is there. `body` stands for all of it, which is `#`.
 * @param body what was sent, parsed; undefined where it cannot be.
 */
export function pointerTo(field: string, body: unknown): string {
  if (field === 'body' && !hasKey(body, field)) return '#';
  return ['#', ...tokensOf(body, field).map(escaped)].join('/');
}

const escaped = (token: string): string => encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'));

const hasKey = (value: unknown, key: string): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, key);

function tokensOf(value: unknown, rest: string): string[] {
  if (rest === '') return [];
  if (Array.isArray(value)) {
    const [all = '', index] = /^\[(\d+)\]\.?/.exec(rest) ?? [];
    if (index !== undefined) return [index, ...tokensOf(value[Number(index)], rest.slice(all.length))];
  } else if (typeof value === 'object' && value !== null) {
    const key = Object.keys(value)
      .filter((one) => one !== '' && rest.startsWith(one) && /^($|[.[])/.test(rest.slice(one.length)))
      .reduce((longest, one) => (one.length > longest.length ? one : longest), '');
    const behind = rest.slice(key.length).replace(/^\./, '');
    if (key !== '') return [key, ...tokensOf((value as Record<string, unknown>)[key], behind)];
  }
  // It is not there, as where it is required.
  return rest.split(/[.[\]]+/).filter((part) => part !== '');
}
