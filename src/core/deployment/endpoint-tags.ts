/** The tags of an endpoint by which a rebuilt database knows that it is held, or was rolled back. */
import { tagKeys } from '../sagemaker/tags.ts';
import type { EndpointRecord } from './endpoint-record.ts';

/** Of SageMaker (docs/reference/sagemaker-behavior.md#limits-of-names-and-values). */
const maxTagLength = 256;
const notOfTags = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]+/gu;

/** What a tag takes of a text, on one line. */
const inTag = (text: string): string => text.replaceAll(notOfTags, ' ').replaceAll(/\s+/g, ' ').trim();

/** The tags that say what is recorded, and the keys of those that would say otherwise. Names and reasons are shortened to what a tag takes. */
export function tagsOfEndpoint({
  heldSince,
  heldBy,
  holdReason,
  rolledBackAt,
}: Omit<EndpointRecord, 'endpointName' | 'tagsDue'>): {
  tags: Record<string, string>;
  without: readonly string[];
} {
  const rolledBack: Record<string, string> = rolledBackAt === null ? {} : { [tagKeys.rolledBackAt]: isoTime(rolledBackAt) };
  if (heldSince === null) return { tags: rolledBack, without: [tagKeys.hold] };
  const by = inTag(heldBy ?? '').replaceAll(':', ' ');
  const reason = inTag(holdReason ?? '');
  const hold = `${isoTime(heldSince)}${by && ` by ${by}`}${reason && `: ${reason}`}`;
  return { tags: { ...rolledBack, [tagKeys.hold]: shortened(hold) }, without: [] };
}

/** Returns what the tags of an endpoint say. They are input: a hold that cannot be read is a hold all the same, since `now`. */
export function readEndpointTags(
  endpointName: string,
  tags: Readonly<Record<string, string>>,
  now: number,
): Omit<EndpointRecord, 'tagsDue'> {
  const hold = tags[tagKeys.hold];
  const rolledBackAt = timeOf(tags[tagKeys.rolledBackAt] ?? '');
  if (hold === undefined) return { endpointName, heldSince: null, heldBy: null, holdReason: null, rolledBackAt };
  const { since = '', by = null, reason = null } = readHold(hold);
  return { endpointName, heldSince: timeOf(since) ?? now, heldBy: by, holdReason: reason, rolledBackAt };
}

const holdPattern = /^(?<since>\d{4}-\d{2}-\d{2}T[\d:.]+Z)(?: by (?<by>[^:]+))?(?:: (?<reason>.+))?$/;

const readHold = (tag: string): { since?: string; by?: string; reason?: string } =>
  holdPattern.exec(tag)?.groups ?? (tag === '' ? {} : { reason: tag });

/** No half of a character at its end. */
const shortened = (text: string): string =>
  text
    .slice(0, maxTagLength)
    .replace(/[\u{D800}-\u{DBFF}]$/u, '')
    .trim();

const isoTime = (at: number): string => new Date(at).toISOString();

function timeOf(text: string): number | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}
