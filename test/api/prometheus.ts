/** A strict reader of Prometheus' text format 0.0.4: throws on whatever a scrape could stumble over. */
export interface Family {
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const nameOf = String.raw`[a-zA-Z_:][a-zA-Z0-9_:]*`;
const label = String.raw`[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"`;
const sampleLine = new RegExp(
  String.raw`^(${nameOf})(?:\{(${label}(?:,${label})*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN|Nan)$`,
);
const headLine = new RegExp(String.raw`^# (HELP|TYPE) (${nameOf}) (.+)$`);
const types = ['counter', 'gauge', 'histogram', 'summary'];

export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const head = headLine.exec(line);
    if (head !== null) {
      const [, kind = '', name = '', rest = ''] = head;
      current = name;
      const family = families.get(name) ?? { type: '', help: '', samples: [] };
      const field = kind === 'HELP' ? 'help' : 'type';
      if (family[field] !== '' || family.samples.length > 0) throw new Error(`${name} is described twice or late: ${line}`);
      if (kind === 'TYPE' && !types.includes(rest)) throw new Error(`no such type: ${line}`);
      family[field] = rest;
      families.set(name, family);
      continue;
    }
    const sample = sampleLine.exec(line);
    const family = families.get(current);
    if (sample === null || family === undefined) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = sample;
    const parts = family.type === 'histogram' || family.type === 'summary' ? '(_bucket|_sum|_count)?' : '';
    if (!new RegExp(`^${current}${parts}$`).test(name)) throw new Error(`${name} stands below ${current}`);
    const series = `${name}{${labels}}`;
    if (seen.has(series)) throw new Error(`twice: ${series}`);
    seen.add(series);
    family.samples.push({ name, labels: readLabels(labels), value: Number(value.replace('Inf', 'Infinity')) });
  }
  for (const [name, { type, help, samples }] of families) {
    if (type === '' || help === '') throw new Error(`${name} lacks HELP or TYPE`);
    if (type === 'counter' && !name.endsWith('_total')) throw new Error(`the counter ${name} does not end in _total`);
    if (type === 'histogram') checkHistogram(name, samples);
  }
  return families;
}

const readLabels = (labels: string): Record<string, string> =>
  Object.fromEntries([...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', value = '']) => [key, value]));

/** Buckets go up in both bound and count, end in +Inf, and that one is the count. */
function checkHistogram(name: string, samples: Family['samples']): void {
  const series = Map.groupBy(samples, ({ labels }) => JSON.stringify(Object.entries(labels).filter(([key]) => key !== 'le')));
  for (const [labels, ofSeries] of series) {
    const buckets = ofSeries
      .filter((sample) => sample.name === `${name}_bucket`)
      .map((sample) => ({ le: Number((sample.labels['le'] ?? '').replace('Inf', 'Infinity')), value: sample.value }));
    const count = ofSeries.find((sample) => sample.name === `${name}_count`)?.value;
    const goesUp = buckets.every(
      ({ le, value }, index) =>
        index === 0 || (le > (buckets[index - 1]?.le ?? NaN) && value >= (buckets[index - 1]?.value ?? NaN)),
    );
    const last = buckets.at(-1);
    const hasSum = ofSeries.some((sample) => sample.name === `${name}_sum`);
    if (!goesUp || !hasSum || last?.le !== Infinity || last.value !== count) throw new Error(`${name}${labels} is no histogram`);
  }
}
