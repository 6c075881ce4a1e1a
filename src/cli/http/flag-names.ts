/** Which of the command's flags a field of the request comes from: `{ endpoint_name: '--endpoint' }`. */
export type FlagNames = Readonly<Record<string, string>>;

/** The flags of all commands whose field has one meaning everywhere. */
const common: FlagNames = {
  reason: '--reason',
  'Idempotency-Key': '--idempotency-key',
  'idempotency-key': '--idempotency-key',
  limit: '--limit',
  since: '--since',
  until: '--until',
  status: '--status',
  endpoint_name: '--endpoint',
};

/**
 * The flag that a person has to change: `-H epochs` for `hyperparameters.epochs`. A field without a flag of its own keeps its name, with
 * the file where it was read from one.
 */
export function flagOf(field: string, flags: FlagNames, file: string | null = null): string {
  const hyperparameter = /^hyperparameters\.(.+)$/.exec(field)?.[1];
  if (hyperparameter !== undefined && flags['hyperparameters'] !== undefined) return `-H ${hyperparameter}`;
  const flag = flags[field] ?? (file === null ? common[field] : undefined);
  return flag ?? (file === null ? field : `${field} in ${file}`);
}
