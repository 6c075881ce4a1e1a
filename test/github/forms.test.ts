/** Issue forms and dependabot's settings, by the syntax that GitHub documents. */
import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { read, root } from '../docs/markdown.ts';

const id = z.string().regex(/^[a-zA-Z0-9_-]+$/);
const validations = z.strictObject({ required: z.boolean() }).optional();
const text = z.string().min(1);

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema */
const element = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown'), attributes: z.strictObject({ value: text }) }),
  z.strictObject({
    type: z.literal('textarea'),
    id,
    attributes: z.strictObject({
      label: text,
      description: text.optional(),
      placeholder: text.optional(),
      value: text.optional(),
      render: text.optional(),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('input'),
    id,
    attributes: z.strictObject({ label: text, description: text.optional(), placeholder: text.optional() }),
    validations,
  }),
  z.strictObject({
    type: z.literal('dropdown'),
    id,
    attributes: z.strictObject({
      label: text,
      description: text.optional(),
      multiple: z.boolean().optional(),
      options: z.array(text.refine((option) => option.toLowerCase() !== 'none')).min(1),
    }),
    validations,
  }),
  z.strictObject({
    type: z.literal('checkboxes'),
    id,
    attributes: z.strictObject({
      label: text,
      options: z.array(z.strictObject({ label: text, required: z.boolean().optional() })).min(1),
    }),
  }),
]);

/** https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms */
const form = z.strictObject({
  name: z.string().min(3),
  description: z.string().min(4),
  labels: z.array(text),
  body: z
    .array(element)
    .refine((elements) => elements.some(({ type }) => type !== 'markdown'), 'must have a field')
    .refine((elements) => {
      const ids = elements.flatMap((one) => ('id' in one ? [one.id] : []));
      return new Set(ids).size === ids.length;
    }, 'must have each id once')
    .refine((elements) => {
      const labels = elements.flatMap((one) => ('label' in one.attributes ? [one.attributes.label] : []));
      return new Set(labels).size === labels.length;
    }, 'must have each label once'),
});

const schedule = z.strictObject({
  interval: z.enum(['daily', 'weekly', 'monthly', 'quarterly', 'semiannually', 'yearly', 'cron']),
});

/** https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference */
const dependabot = z.strictObject({
  version: z.literal(2),
  updates: z.array(
    z
      .strictObject({
        'package-ecosystem': z.enum(['npm', 'github-actions', 'docker', 'docker-compose', 'terraform', 'helm', 'pip']),
        directory: text.optional(),
        directories: z.array(text).optional(),
        schedule,
        groups: z
          .record(
            z.string().regex(/^[a-zA-Z][\w|-]*[a-zA-Z]$/),
            z.strictObject({
              patterns: z.array(text).optional(),
              'dependency-type': z.enum(['development', 'production']).optional(),
              'update-types': z.array(z.enum(['major', 'minor', 'patch'])).optional(),
            }),
          )
          .optional(),
      })
      .refine(
        (one) => (one.directory === undefined) !== (one.directories === undefined),
        'must have one of directory, directories',
      ),
  ),
});

const forms = globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: root }).filter((path) => !path.endsWith('/config.yml'));

describe('issue forms', () => {
  it('are there for a bug, a question and a feature', () => {
    expect(forms.toSorted()).toEqual(['bug', 'feature', 'question'].map((name) => `.github/ISSUE_TEMPLATE/${name}.yml`));
  });

  it.each(forms)('%s is a valid form', (path) => {
    expect(form.safeParse(parse(read(path))).error?.issues ?? []).toEqual([]);
  });

  it('lead vulnerabilities elsewhere, and allow no empty issue', () => {
    const link = z.strictObject({ name: text, url: z.url(), about: text });
    const config = z.strictObject({ blank_issues_enabled: z.literal(false), contact_links: z.array(link).min(1) });
    expect(config.safeParse(parse(read('.github/ISSUE_TEMPLATE/config.yml'))).error?.issues ?? []).toEqual([]);
  });
});

it('dependabot.yml is valid, and knows every kind of package that the repository has', () => {
  const { data, error } = dependabot.safeParse(parse(read('.github/dependabot.yml')));
  expect(error?.issues ?? []).toEqual([]);
  const ecosystems = data?.updates.map((one) => one['package-ecosystem']);
  expect(ecosystems).toEqual(['npm', 'github-actions', 'docker', 'docker-compose', 'terraform']);
});
