/** Draws a recorded rollout: above the share of the traffic that the new fleet takes, below the phases, over the minutes of SageMaker. */

const size = { width: 440, height: 236 };
const plot = { left: 44, right: 424, top: 52, bottom: 132 };
const band = { top: 142, height: 22 };
const axis = { numbers: 180, unit: 196 };
const legend = { top: 213 };

const phases = {
  creating: 'instances launch',
  activating_traffic: 'traffic shifts',
  baking: 'bake',
  deleting: 'old ones end',
};

const style = `
  svg { --back: #ffffff; --text: #1f2328; --dim: #59636e; --line: #d1d9e0; --traffic: #0969da; --alarm: #cf222e;
    --creating: #afb8c1; --activating_traffic: #0969da; --baking: #f2cc60; --deleting: #656d76; --onbake: #1f2328; }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --text: #e6edf3; --dim: #9198a1; --line: #3d444d; --traffic: #4493f8; --alarm: #ff7b72;
      --creating: #6e7681; --activating_traffic: #4493f8; --baking: #bb8009; --deleting: #b1bac4; --onbake: #ffffff; }
  }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: var(--text); }
  .title { font-weight: 600; font-size: 15px; }
  .dim { fill: var(--dim); }
  .alarm { fill: var(--alarm); font-weight: 600; }
`;

export function drawRollout({ title }, { samples, alarmMinute, endMinute, status }) {
  const lastMinute = Math.ceil((endMinute + 0.5) / 5) * 5;
  const x = (minute) => round(plot.left + (minute / lastMinute) * (plot.right - plot.left));
  const y = (percent) => round(plot.bottom - (percent / 100) * (plot.bottom - plot.top));
  const segments = samples.map((sample, index) => ({ ...sample, until: samples[index + 1]?.minute ?? endMinute }));
  const back = segments.some(({ trafficPercent }, index) => trafficPercent < (segments[index - 1]?.trafficPercent ?? 0));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="560" viewBox="0 0 ${size.width} ${size.height}" aria-labelledby="title desc">`,
    `<title id="title">${title}</title>`,
    `<desc id="desc">${describe(segments, { alarmMinute, endMinute, status })}</desc>`,
    `<style>${style}</style>`,
    `<rect width="${size.width}" height="${size.height}" rx="6" fill="var(--back)"/>`,
    `<text class="title" x="12" y="22">${title}</text>`,
    text(12, 40, 'traffic of the new instances, in percent', 'dim'),
    ...[0, 50, 100].flatMap((percent) => [
      line(plot.left, y(percent), plot.right, y(percent), 'var(--line)'),
      text(plot.left - 6, y(percent) + 4, String(percent), 'dim', 'end'),
    ]),
    area(segments, { x, y }),
    ...bandOf(segments, x),
    ...ticks(lastMinute).flatMap((minute) => [
      line(x(minute), band.top + band.height, x(minute), band.top + band.height + 4, 'var(--dim)'),
      text(x(minute), axis.numbers, String(minute), 'dim', 'middle'),
    ]),
    text(plot.right, axis.unit, 'minutes since UpdateEndpoint', 'dim', 'end'),
    ...(alarmMinute === null ? [] : alarmMark(x(alarmMinute))),
    ...endMark({ x: x(endMinute), back, status }),
    ...legendOf(segments, back),
    '</svg>',
  ].join('\n')}\n`;
}

const round = (value) => Math.round(value * 10) / 10;

const text = (x, y, words, kind = '', anchor = 'start') =>
  `<text${kind === '' ? '' : ` class="${kind}"`} x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${words}</text>`;

const line = (x1, y1, x2, y2, stroke, more = '') =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${stroke}"${more}/>`;

/** Steps, since an instance takes traffic or does not. */
function area(segments, { x, y }) {
  const steps = segments.map(({ minute, until, trafficPercent }) =>
    `V${y(trafficPercent)}H${x(until)}`.replace('V', `H${x(minute)}V`),
  );
  const path = `M${x(0)} ${y(0)}${steps.join('')}`;
  return `<path d="${path}V${y(0)}Z" fill="var(--traffic)" fill-opacity="0.2"/><path d="${path}" fill="none" stroke="var(--traffic)" stroke-width="2"/>`;
}

function bandOf(segments, x) {
  return merged(segments).flatMap(({ phase, minute, until }) => {
    const width = Math.max(1, round(x(until) - x(minute)));
    const rect = `<rect x="${x(minute)}" y="${band.top}" width="${width}" height="${band.height}" fill="var(--${phase})"/>`;
    if (phase !== 'baking' || width < 36) return [rect];
    const label = `<text x="${round(x(minute) + width / 2)}" y="${band.top + 15}" text-anchor="middle" style="fill: var(--onbake)">bake</text>`;
    return [rect, label];
  });
}

/** Pieces in a row with the same phase and share of the traffic are one. */
function merged(segments) {
  const pieces = [];
  for (const one of segments) {
    const last = pieces.at(-1);
    if (last?.phase === one.phase && last.trafficPercent === one.trafficPercent) last.until = one.until;
    else pieces.push({ ...one });
  }
  return pieces;
}

const ticks = (lastMinute) => {
  const every = lastMinute > 40 ? 10 : 5;
  return Array.from({ length: Math.floor(lastMinute / every) + 1 }, (_, index) => index * every);
};

const alarmMark = (x) => [
  line(x, plot.top - 4, x, band.top + band.height, 'var(--alarm)', ' stroke-width="2" stroke-dasharray="4 3"'),
  text(x - 6, plot.top + 14, 'ALARM', 'alarm', 'end'),
];

const endMark = ({ x, back, status }) => [
  line(x, plot.top - 4, x, band.top + band.height, 'var(--dim)', ' stroke-dasharray="2 3"'),
  text(plot.right, 22, status, back ? 'alarm' : 'dim', 'end'),
];

function legendOf(segments, back) {
  const seen = Object.entries(phases).filter(([phase]) => segments.some((one) => one.phase === phase));
  let x = 12;
  return seen.flatMap(([phase, usual]) => {
    const words = back && phase === 'deleting' ? 'new ones end' : usual;
    const at = x;
    x += 20 + words.length * 6.9 + 8;
    return [
      `<rect x="${round(at)}" y="${legend.top}" width="12" height="12" fill="var(--${phase})"/>`,
      text(at + 17, legend.top + 11, words),
    ];
  });
}

function describe(segments, { alarmMinute, endMinute, status }) {
  const seen = segments.map(({ minute, phase, trafficPercent }) => ({
    minute,
    words: `${phase.replaceAll('_', ' ')}, ${trafficPercent} % of the traffic`,
  }));
  const alarm = alarmMinute === null ? [] : [{ minute: alarmMinute, words: 'an alarm is in ALARM' }];
  const all = [...seen, ...alarm, { minute: endMinute, words: status }].toSorted((one, other) => one.minute - other.minute);
  return `Minutes since UpdateEndpoint: ${all.map(({ minute, words }) => `${minute.toFixed(1)} ${words}`).join('; ')}.`;
}
