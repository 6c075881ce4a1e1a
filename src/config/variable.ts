import { z } from 'zod';
import type { Environment } from '../core/environment.ts';
import { shown } from './errors.ts';

/** What a value must look like, and the same in words: what a fault quotes. */
export interface Rule<T> {
  schema: z.ZodType<T, string>;
  may: string;
  /** For a malformed value: what follows the variable's name, where that can be said closer. It holds no secret. */
  fault?: (value: string) => string | null;
}

/** One environment variable; its schema takes undefined where it may be unset. */
export interface Variable<T> {
  schema: z.ZodType<T, string | undefined>;
  may: string;
  fault?: (value: string) => string | null;
  /** An empty value is a fault, and not the default, which leads to another place than the one that was meant. */
  refusesEmpty?: true;
  /** What an empty value says, where that is not the default. */
  empty?: T;
}

type Values<Variables> = { [Name in keyof Variables]: Variables[Name] extends Variable<infer T> ? T : never };

export const integer = (from: number, to: number): Rule<number> => ({
  schema: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= from && value <= to),
  may: `a whole number from ${from} to ${to}`,
});

/** A duration that is written in seconds and kept in milliseconds. */
export const seconds = (atMost: number): Rule<number> => ({
  schema: z
    .string()
    .regex(/^\d{1,15}(\.\d{1,15})?$/)
    .transform((value) => Math.round(Number(value) * 1000))
    .refine((milliseconds) => milliseconds >= 1 && milliseconds <= atMost * 1000),
  may: `seconds, greater than 0 and at most ${atMost}; fractions are allowed`,
});

export const text = (pattern: RegExp, may: string, maxLength = 2048): Rule<string> => ({
  schema: z.string().max(maxLength).regex(pattern),
  may,
});

export const required = <T>(rule: Rule<T>): Variable<T> => rule;

export const optional = <T>(rule: Rule<T>): Variable<T | null> => ({
  ...rule,
  schema: rule.schema.optional().transform((value) => value ?? null),
});

export const withDefault = <T>(rule: Rule<T>, fallback: T): Variable<T> => ({
  ...rule,
  schema: rule.schema.optional().transform((value) => value ?? fallback),
});

/** An address: an empty one, as of a secret that is not there, must not lead to the default's server or file. */
export const address = <T>(rule: Rule<T>, fallback: T): Variable<T> => ({ ...withDefault(rule, fallback), refusesEmpty: true });

/** Reads every variable; the values are complete only when there are no faults. One fault a variable. */
export function readVariables<Variables extends Record<string, Variable<unknown>>>(
  env: Environment,
  variables: Variables,
): { values: Values<Variables>; faults: string[] } {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    const value = env[name]?.trim() || undefined;
    if (variable.refusesEmpty && env[name] !== undefined && value === undefined) {
      faults.push(`${name} is empty; it must hold ${variable.may}, or not be set`);
      continue;
    }
    if (variable.empty !== undefined && env[name] !== undefined && value === undefined) {
      values[name] = variable.empty;
      continue;
    }
    const result = variable.schema.safeParse(value);
    if (result.success) values[name] = result.data;
    else if (value === undefined) faults.push(`${name} is not set; it must hold ${variable.may}`);
    else faults.push(`${name} ${variable.fault?.(value) ?? `holds ${shown(name, value)}; it may hold ${variable.may}`}`);
  }
  return { values: values as Values<Variables>, faults };
}
