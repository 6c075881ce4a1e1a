/** The delivery file with what it depends on: settings, and the variables that it names. */
import { type DeliveryFile, emptyDelivery, mergedPolicy } from '../core/delivery/delivery-file.ts';
import { signingSecretsOf } from '../core/delivery/signing-secret.ts';
import type { Environment } from '../core/environment.ts';
import { type DeliveryFileContext, type ReadDelivery, readDeliveryFile } from './delivery-file.ts';
import { shownSecret } from './errors.ts';
import { readVariables } from './variable.ts';
import { sharedVariables } from './variables.ts';

/** The variables that decide whether a policy can be. */
const deliveryVariables = {
  PROJECT_NAME: sharedVariables.PROJECT_NAME,
  ENDPOINT_NAME: sharedVariables.ENDPOINT_NAME,
  ENDPOINT_INSTANCE_TYPE: sharedVariables.ENDPOINT_INSTANCE_TYPE,
  ENDPOINT_INSTANCE_COUNT: sharedVariables.ENDPOINT_INSTANCE_COUNT,
  NOTIFY_PRIVATE_ADDRESSES: sharedVariables.NOTIFY_PRIVATE_ADDRESSES,
};

/** A faulty variable has no value: readVariables has reported it. */
interface Values {
  readonly PROJECT_NAME?: string;
  readonly ENDPOINT_NAME?: string | null;
  readonly ENDPOINT_INSTANCE_TYPE?: string;
  readonly ENDPOINT_INSTANCE_COUNT?: number;
  readonly NOTIFY_PRIVATE_ADDRESSES?: 'refuse' | 'allow';
}

export const endpointNameOf = ({ PROJECT_NAME: project, ENDPOINT_NAME: name }: Values): string =>
  name ?? `${project ?? ''}-endpoint`;

export interface DeliveryConfig {
  readonly delivery: DeliveryFile;
  /** The values of the variables that the file names. */
  readonly secrets: readonly string[];
  /** With the name of the variable that is at fault. */
  readonly faults: readonly string[];
}

/** Reads the file of DELIVERY_FILE, and what its secret_env members name. */
export function readDelivery(values: Values & { readonly DELIVERY_FILE?: string | null }, env: Environment): DeliveryConfig {
  const path = values.DELIVERY_FILE;
  const read = path == null ? { delivery: emptyDelivery } : readDeliveryFile(path, contextOf(values));
  if ('faults' in read)
    return { delivery: emptyDelivery, secrets: [], faults: read.faults.map((fault) => `DELIVERY_FILE: ${fault}`) };
  const { secrets, unset, malformed } = readSecrets(read.delivery, env);
  return { delivery: read.delivery, secrets, faults: [...unset, ...malformed] };
}

export type LoadedDelivery = ReadDelivery & {
  /** What the programs would refuse, and what may well be so where a file is only checked. */
  readonly notes: readonly string[];
};

/** Checks a file as readDelivery does, without the variables that do not matter to it. */
export function loadDelivery(path: string, env: Environment): LoadedDelivery {
  const { values, faults } = readVariables(env, deliveryVariables);
  const read = readDeliveryFile(path, contextOf(values));
  if ('faults' in read) return { faults: [...faults, ...read.faults], notes: [] };
  const { unset, malformed } = readSecrets(read.delivery, env);
  if (faults.length + malformed.length > 0) return { faults: [...faults, ...malformed], notes: [] };
  return { ...read, notes: unset };
}

/** The variables that a file names and that hold signing secrets: none of a file that cannot be read. */
export function secretVariables(path: string, env: Environment): readonly string[] {
  const read = readDeliveryFile(path, contextOf({}));
  if ('faults' in read) return [];
  return secretNames(read.delivery).filter((name) => signingSecretsOf(env[name] ?? '') !== null);
}

const contextOf = (values: Values): DeliveryFileContext => ({
  endpointName: endpointNameOf(values),
  endpointInstanceType: values.ENDPOINT_INSTANCE_TYPE ?? '',
  endpointInstanceCount: values.ENDPOINT_INSTANCE_COUNT ?? Infinity,
  privateAddresses: values.NOTIFY_PRIVATE_ADDRESSES ?? 'allow',
});

/** What the file's variables hold, and a fault for each that is not set or no signing secret. */
function readSecrets(
  delivery: DeliveryFile,
  env: Environment,
): { readonly secrets: readonly string[]; readonly unset: readonly string[]; readonly malformed: readonly string[] } {
  const held = secretNames(delivery).map((name) => ({ name, value: env[name]?.trim() ?? '' }));
  return {
    secrets: held.flatMap(({ value }) => (value === '' ? [] : value.split(/\s+/))),
    unset: held.filter(({ value }) => value === '').map(({ name }) => `${name} is not set; it must hold ${secretMay}`),
    malformed: held
      .filter(({ value }) => value !== '' && signingSecretsOf(value) === null)
      .map(({ name }) => `${name} holds ${shownSecret}; it may hold ${secretMay}`),
  };
}

function secretNames({ defaults, endpoints }: DeliveryFile): readonly string[] {
  const policies = [defaults, ...Object.values(endpoints)].map((layers) => mergedPolicy([layers]));
  return [...new Set(policies.flatMap(({ notify }) => (notify ?? []).flatMap((one) => one.secret_env ?? [])))];
}

const secretMay =
  'the signing secret of notifications, for which DELIVERY_FILE names it: whsec_ and the base64 of 24 to 64 bytes';
