/** A metric of a run beside those of the endpoint's runs before it. */
import { type Html, html } from '../html.ts';

export interface MetricLine {
  name: string;
  /** Of the run; null where it has none. */
  value: number | null;
  /** Of the endpoint's last runs, the oldest first, the run's own last. */
  values: readonly number[];
}

/** The metrics of a run with those of the runs before it, which are the newest first and begin with the run. */
export function metricLines(
  own: Readonly<Record<string, number>> | null,
  newestFirst: readonly { metrics: Readonly<Record<string, number>> | null }[],
): MetricLine[] {
  return Object.entries(own ?? {})
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, value]) => ({
      name,
      value,
      values: newestFirst.toReversed().flatMap(({ metrics }) => (metrics?.[name] === undefined ? [] : [metrics[name]])),
    }));
}

const width = 120;
const height = 28;
const edge = 4;

/** Said in words for readers who cannot see it. */
export function sparkline({ name, value, values }: MetricLine): Html | '' {
  if (value === null || values.length < 2) return '';
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = (index: number): string => (edge + (index * (width - 2 * edge)) / (values.length - 1)).toFixed(1);
  const y = (one: number): string =>
    (most === least ? height / 2 : height - edge - ((one - least) * (height - 2 * edge)) / (most - least)).toFixed(1);
  const points = values.map((one, index) => `${x(index)},${y(one)}`).join(' ');
  const rank = values.filter((one) => one > value).length;
  const place =
    most === least
      ? 'all the same'
      : value === most
        ? 'the highest'
        : value === least
          ? 'the lowest'
          : `${rank + 1} of ${values.length} from the highest`;
  const said = `${name} of the last ${values.length} runs, from ${formatMetric(least)} to ${formatMetric(most)}; this run: ${formatMetric(value)}, ${place}`;
  return html`<svg
    class="sparkline"
    width="${width}"
    height="${height}"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${said}"
  >
    <title>${said}</title>
    <polyline points="${points}" />
    <circle cx="${x(values.length - 1)}" cy="${y(value)}" r="3" />
  </svg>`;
}

/** Six digits are what a 32-bit float holds (docs/reference/sagemaker-behavior.md#metrics-are-32-bit-floats). */
export const formatMetric = (value: number): string =>
  Math.abs(value) >= 1e6 || (value !== 0 && Math.abs(value) < 1e-4)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(6)));
