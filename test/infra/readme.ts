import type { Module } from './terraform.ts';

const cell = (text: unknown): string => String(text).replaceAll('|', '\\|');

const typeOf = (type: unknown): string => {
  const text = String(type).replace(/^\$\{([\s\S]*)\}$/, '$1');
  return text
    .replaceAll(/\s*\n\s*/g, ', ')
    .replaceAll('{, ', '{ ')
    .replaceAll(', }', ' }')
    .replaceAll(/\s+/g, ' ');
};

/** The section of the README about one module: tables of its inputs and outputs, as its files declare them. */
export function readmeSection(name: string, { variables, outputs }: Module): string {
  const inputs = Object.entries(variables).map(([input, { description, type, default: preset, sensitive }]) => {
    const shownDefault = preset === undefined ? 'required' : `\`${JSON.stringify(preset)}\``;
    return `| \`${input}\` | \`${cell(typeOf(type))}\` | ${shownDefault} | ${cell(description)}${sensitive === true ? ' Sensitive.' : ''} |`;
  });
  const results = Object.entries(outputs).map(([output, { description }]) => `| \`${output}\` | ${cell(description)} |`);
  return [
    `## \`${name}\``,
    '',
    '| input | type | default | |',
    '| --- | --- | --- | --- |',
    ...inputs,
    '',
    '| output | |',
    '| --- | --- |',
    ...results,
    '',
  ].join('\n');
}
