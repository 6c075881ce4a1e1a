import { describe, expect, it } from 'vitest';
import { writtenFiles } from './citations.ts';
import { found, read, tableRows } from './markdown.ts';
import { oldWordsIn } from './words.ts';

/** The list itself, and what tests it. */
const exempt: readonly string[] = ['lint/words.json', 'test/docs/words.test.ts'];

const old = (file: string, text: string): string[] => oldWordsIn(file, text).map((word) => word.old);

it('are the words of the glossary everywhere', () => {
  const files = writtenFiles().filter((file) => !exempt.some((path) => file.startsWith(path)));
  const findings = files.flatMap((file) =>
    oldWordsIn(file, read(file)).map(({ line, old: word, instead }) => `${file}:${line}: "${word}" is now: ${instead}`),
  );
  expect(findings).toEqual([]);
});

describe('an old word', () => {
  it('is found in names, however they are written', () => {
    expect(old('src/a.ts', 'const held = takeInHand(asked_at, theFence);')).toEqual(['takeInHand', 'asked_at', 'theFence']);
    expect(old('src/tee-log.ts', '')).toEqual(['tee-log']);
    expect(old('drizzle/0001_a.sql', 'ALTER TABLE `deployments` ADD `trouble_kind` text;')).toEqual(['trouble_kind']);
  });

  it('is found in strings that are names, and in names within texts', () => {
    expect(old('src/a.ts', "text('asked_at'); sqliteTable('turns'); log('is `troubleSince` null?');")).toEqual([
      'asked_at',
      'turns',
      'troubleSince',
    ]);
  });

  it('is found in the prose of comments, texts and documents', () => {
    expect(old('src/a.ts', "/** Answers what nobody wants. */\nlog.warn({}, 'the queue is away');")).toEqual([
      'Answers',
      'nobody',
      'is away',
    ]);
    expect(old('docs/a.md', 'It runs against a stand-in.\nSo it is mended.')).toEqual(['stand-in', 'mended']);
  });

  it('is reported with its line and the new word', () => {
    expect(oldWordsIn('src/a.ts', '\n\n/**\n * A stand-in.\n */')).toEqual([{ line: 4, old: 'stand-in', instead: 'simulator' }]);
    expect(oldWordsIn('docs/a.md', 'one\n\n`takeInHand`')).toEqual([{ line: 3, old: 'takeInHand', instead: 'reclaim' }]);
  });

  it('is none within another word, in a name of JavaScript or in a promised one', () => {
    const source = "handler(Math.floor(list.indexOf(x)), beforehand, lookup, understand); // handles 'turn', Redis, SageMaker";
    expect(old('src/a.ts', source)).toEqual([]);
    expect(old('src/a.ts', "const kinds = ['turn', 'endpoint', 'sagemaker']; class SageMakerError {}")).toEqual([]);
  });
});

describe('the glossary', () => {
  const terms = tableRows(read('docs/glossary.md')).flatMap(([cell = '']) => found(cell, /\*\*([^*]+)\*\*/g));

  it('defines each word once', () => {
    expect(terms.length).toBeGreaterThan(40);
    expect(terms.filter((term, index) => terms.indexOf(term) !== index)).toEqual([]);
  });
});
