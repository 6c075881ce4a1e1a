import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkDeliveryFile } from '../core/delivery/check-delivery-file.ts';
import type { DeliveryFile } from '../core/delivery/delivery-file.ts';
import type { DeliveryContext } from '../core/delivery/policy-conflicts.ts';
import { addressKind } from '../notifications/addresses.ts';
import { schemaIssues } from './json-schema.ts';
import { type Position, readYaml } from './yaml-document.ts';

/** What the settings say, where the check of the file depends on it. */
export type DeliveryFileContext = Omit<DeliveryContext, 'schemaIssues' | 'isPrivate'>;

export type ReadDelivery = { readonly delivery: DeliveryFile } | { readonly faults: readonly string[] };

const maxBytes = 1024 * 1024;
/** More lines would help no reader. */
const maxFaults = 50;

/** Reads and checks a delivery file. Each fault is a line that begins with the file, with line and column where they are known. */
export function readDeliveryFile(path: string, context: DeliveryFileContext): ReadDelivery {
  const content = textOf(path);
  if ('fault' in content) return { faults: [at(path, null, content.fault)] };
  const document = readYaml(content.text);
  if ('faults' in document)
    return {
      faults: lines(
        path,
        document.faults.map(({ detail, position }) => ({ detail, locate: () => position })),
      ),
    };
  if (document.value === null) return { faults: [at(path, null, 'is empty: write {} for a file that changes nothing')] };
  const checked = checkDeliveryFile(document.value, { ...context, schemaIssues, isPrivate });
  if ('delivery' in checked) return checked;
  const issues = checked.issues.map(({ field, detail }) => ({
    detail: field === '' ? detail : `${field} ${detail}`,
    locate: () => document.locate(field),
  }));
  return { faults: lines(path, issues) };
}

const isPrivate = (host: string): boolean => isIP(host) !== 0 && addressKind(host) === 'private';

function textOf(path: string): { text: string } | { fault: string } {
  try {
    const file = statSync(path);
    // Reading a pipe or a device might never end.
    if (!file.isFile()) return { fault: 'is not a file' };
    if (file.size > maxBytes) return { fault: 'is larger than 1 MiB' };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return { fault: code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not text in UTF-8' : `cannot be read (${code})` };
  }
}

/** In the order of the text, those of the whole file first. */
function lines(path: string, faults: readonly { detail: string; locate: () => Position | null }[]): string[] {
  const first = faults.slice(0, maxFaults).map(({ detail, locate }) => ({ detail, position: locate() }));
  const shown = first
    .toSorted(({ position: one }, { position: other }) => compare(one?.line, other?.line) || compare(one?.column, other?.column))
    .map(({ detail, position }) => at(path, position, detail));
  return faults.length <= maxFaults ? shown : [...shown, at(path, null, `has ${faults.length - maxFaults} further faults`)];
}

const compare = (one = 0, other = 0): number => one - other;

/** `delivery.yaml:12:9: …`, which editors and terminals open. */
function at(path: string, position: Position | null, detail: string): string {
  const place = position === null ? '' : `:${position.line}:${position.column}`;
  // A path is the operator's own, but a line of output stays one.
  return `${JSON.stringify(path).slice(1, -1)}${place}: ${detail}`;
}
