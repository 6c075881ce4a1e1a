import { formsOf, onOneLine, shortestHidden } from './value-forms.ts';

/** Takes out of a text what is not to be seen in it. */
export type Mask = (text: string) => string;

type Values = Readonly<Record<'hyperparameters' | 'environment', Readonly<Record<string, unknown>>>>;

/** Stands for what was taken out while more is looked for; shown as `…`, which SageMaker itself writes where it has cut something off. */
const hidden = '\uE000';

/**
 * Hides the values of hyperparameters and environment variables, which SageMaker repeats in what it refuses ("Value '…' at 'environment'
 * failed to satisfy constraint") and containers in why they failed. They may be secrets, and the words go on to responses, logs and
 * histories. A text with none of them in it stays as it is; else its white space becomes single spaces. To be done before a text is
 * shortened: half of a value is no value that could be found.
 */
export function redactUserValues({ hyperparameters, environment }: Values): Mask {
  let steps: ((line: string) => string)[] | null = null;
  return (text) => {
    // Most calls are not refused.
    steps ??= [
      withoutEchoes,
      withoutForms(formsOf([...Object.values(hyperparameters), ...Object.values(environment)].map(String))),
      withoutShort(Object.entries(environment).map(([name, value]) => [name, String(value)])),
    ];
    return masked(text, steps);
  };
}

/** For texts about a request that has no such values of this service; they may hold others', such as those of a model package. */
export const redactForeignValues: Mask = (text) => masked(text, [withoutEchoes]);

function masked(text: string, steps: readonly ((line: string) => string)[]): string {
  const line = onOneLine(text.replaceAll(hidden, ' '));
  const seen = steps.reduce((rest, step) => step(rest), line);
  return seen === line ? text : seen.replaceAll(new RegExp(`${hidden}+`, 'g'), '…');
}

/**
 * What SageMaker quotes of secretMembers, however short: `Value '…' at 'environment'`, and a map as Java writes it,
 * `{KEY=value, …}` (aws/sagemaker-python-sdk#6016, #3301).
 */
const withoutEchoes = (line: string): string =>
  withoutMaps(
    line.replaceAll(
      /(Value ')(?:(?!' at ').)*(' at '[^']*(?:hyperParameters|environment|containerEntrypoint|containerArguments|hookParameters|collectionParameters|profilingParameters|ruleParameters)[^']*')/gi,
      `$1${hidden}$2`,
    ),
  );

function withoutMaps(line: string): string {
  const start = /\{\s*[\w.-]+=/g;
  let rest = '';
  let from = 0;
  for (let found = start.exec(line); found !== null; found = start.exec(line)) {
    const end = endOfBraces(line, found.index);
    rest += `${line.slice(from, found.index)}{${hidden}}`;
    from = end;
    start.lastIndex = end;
  }
  return rest + line.slice(from);
}

/** The index after the brace that closes the one at `start`; the text's end where it was cut off before. */
function endOfBraces(line: string, start: number): number {
  let depth = 0;
  for (let index = start; index < line.length; index += 1) {
    if (line[index] === '{') depth += 1;
    else if (line[index] === '}') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return line.length;
}

function withoutForms(forms: readonly string[]): (line: string) => string {
  const beginnings = Map.groupBy(forms, (form) => form.slice(0, shortestHidden));
  return (line) => withoutCutBeginnings(withoutWholeAndCutEnds(line, beginnings), forms);
}

/**
 * A value as a whole, or the beginning of one that was cut off: by an ellipsis, by the quote around it, or at the end of the text. What
 * matches furthest counts: of two forms one may be cut off where the other continues.
 */
function withoutWholeAndCutEnds(line: string, beginnings: ReadonlyMap<string, readonly string[]>): string {
  let rest = '';
  for (let at = 0; at < line.length;) {
    const forms = beginnings.get(line.slice(at, at + shortestHidden)) ?? [];
    const furthest = Math.max(0, ...forms.map((form) => matchedLength(line, at, form)));
    rest += furthest === 0 ? line[at] : hidden;
    at += furthest === 0 ? 1 : furthest;
  }
  return rest;
}

function matchedLength(line: string, at: number, form: string): number {
  let length = shortestHidden;
  while (length < form.length && line[at + length] === form[length]) length += 1;
  return length === form.length || cutAfter.test(line.slice(at + length, at + length + 10)) ? length : 0;
}

/** The end of a value, after an ellipsis or at the beginning of the text: a log's tail. */
function withoutCutBeginnings(line: string, forms: readonly string[]): string {
  let rest = '';
  let from = 0;
  for (const found of line.matchAll(cutBefore)) {
    const start = found.index + found[0].length;
    const furthest = Math.max(0, ...forms.map((form) => matchedEnd(line, start, form)));
    if (furthest === 0 || start < from) continue;
    rest += line.slice(from, start) + hidden;
    from = start + furthest;
  }
  return rest + line.slice(from);
}

/** How much from `start` on is the end of the form. */
function matchedEnd(line: string, start: number, form: string): number {
  const end = form.slice(-shortestHidden);
  for (let at = line.indexOf(end, start); at !== -1; at = line.indexOf(end, at + 1)) {
    const length = at + shortestHidden - start;
    if (length > form.length) break;
    if (line.startsWith(form.slice(-length), start)) return length;
  }
  return 0;
}

const cutAfter = /^(?: ?(?:…|\.\.|\[|\(trunc|<trunc)|['"]|\s*$)/i;
const cutBefore = /^|(?:…|\.\.\.?|\]|\)) ?/g;

/**
 * Short values of environment variables, and short lines of them, where they stand after their name; and alone, when they are no plain
 * word: a PIN. Others would be found in ordinary words and numbers, and hide the reason.
 */
function withoutShort(environment: readonly (readonly [name: string, value: string])[]): (line: string) => string {
  const patterns = environment.flatMap(([name, value]) =>
    shortParts(value).flatMap((part) => [
      `(?<![\\w-])(${literally(name)}["'\\s]*[=:\\s]["'\\s]*)${literally(part)}(?!\\w)`,
      ...(part.length >= 4 && /[^A-Za-z]/.test(part) ? [`()(?<!\\w)${literally(part)}(?!\\w)`] : []),
    ]),
  );
  const compiled = patterns.map((pattern) => new RegExp(pattern, 'g'));
  return (line) => compiled.reduce((rest, pattern) => rest.replaceAll(pattern, `$1${hidden}`), line);
}

const shortParts = (value: string): string[] =>
  [value, ...value.split(/[\r\n]+/)]
    .map((part) => onOneLine(part).trim())
    .filter((part) => part !== '' && part.length < shortestHidden);

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
