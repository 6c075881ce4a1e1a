/** The time line of a run as a picture: lanes on one axis, each bar a link to its row of the table that says the same. */
import { axisOf, type Axis } from '../../core/timeline/axis.ts';
import { type Bar, type Lane, shortLabels, toneOfBar } from '../../core/timeline/bar.ts';
import { durationInWords } from '../../core/timeline/duration.ts';
import type { TimeLine } from '../../core/timeline/time-line.ts';
import { type Html, html, raw } from '../html.ts';

const laneHeight = 34;
const barHeight = 24;
const top = 16;
const axisHeight = 26;
/** About what a letter of a label takes, in per cent of a page of 1100 px. */
const letterPercent = 0.62;
/** How much narrower than that a page for a telephone is. */
const narrower = 3.4;

interface Drawn {
  bar: Bar;
  /** Of its row. */
  id: string;
}

export interface DrawnLane {
  title: string;
  lane: Lane;
  bars: readonly Drawn[];
}

/** The lanes that are drawn: the training, and of the attempts the chosen one step by step, and all others as one bar each. */
export function lanesOf({ training, deployments }: TimeLine, attempt: number | null): DrawnLane[] {
  const chosen = deployments.find((lane) => lane.attempt === attempt) ?? deployments.at(-1);
  const numbered = (lane: Lane, prefix: string): Drawn[] =>
    lane.bars.map((bar, index) => ({ bar, id: `${prefix}-${index + 1}` }));
  return [
    { title: 'Training', lane: training, bars: numbered(training, 'training') },
    ...(chosen === undefined
      ? []
      : [
          {
            title: deployments.length > 1 ? `Deployment, attempt ${chosen.attempt}` : 'Deployment',
            lane: chosen,
            bars: numbered(chosen, 'step'),
          },
        ]),
  ];
}

export function timeLineSvg(line: TimeLine, attempt: number | null): Html {
  const lanes = lanesOf(line, attempt);
  const axis = axisOf(lanes.flatMap(({ lane }) => lane.bars));
  const height = top + lanes.length * (laneHeight + 16) + axisHeight;
  return html`<svg
      class="time-line"
      width="100%"
      height="${height}"
      role="group"
      aria-label="Time line: each bar leads to its row in the table"
    >
      ${hatch} ${axis.gaps.map(({ from, to }) => gap(axis, { from, to }, height))}
      ${axis.ticks.map((tick) => gridLine(tick.place, height))}
      ${lanes.map((lane, index) => drawLane(axis, lane, top + index * (laneHeight + 16)))}
      ${axis.ticks.map((tick, index) => tickLabel(tick, line.from, { height, isLast: index > 0 && index === axis.ticks.length - 1 }))}
    </svg>
    ${
      axis.isToScale
        ? ''
        : html`<p class="note">
            Not to scale: short steps are drawn wider than they last. Point at a bar, or see the table, for how long it took.
          </p>`
    }`;
}

const hatch = raw(
  '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="1.5" height="6"/></pattern></defs>',
);

const percent = (value: number): string => `${Number(value.toFixed(2))}%`;

const gridLine = (place: number, height: number): Html =>
  html`<line class="grid" x1="${percent(place)}" x2="${percent(place)}" y1="${top}" y2="${height - axisHeight + 4}" />`;

const gap = (axis: Axis, { from, to }: { from: number; to: number }, height: number): Html =>
  html`<g class="gap"
    ><rect
      x="${percent(axis.place(from))}"
      width="${percent(axis.place(to) - axis.place(from))}"
      y="${top}"
      height="${height - top - axisHeight}"
    /><title>Nothing happened for ${durationInWords(to - from)}</title></g
  >`;

/** Times on the axis count from the beginning of the run, so that they are right in every zone. */
function tickLabel(
  { at, place }: { at: number; place: number },
  from: number,
  { height, isLast }: { height: number; isLast: boolean },
): Html {
  const anchor = place < 1 ? 'start' : isLast ? 'end' : 'middle';
  return html`<text
    class="tick${isLast ? ' last' : place < 1 ? ' first' : ''}"
    x="${percent(place)}"
    y="${height - 6}"
    text-anchor="${anchor}"
    >${at === from ? '0' : `+${durationInWords(at - from)}`}</text
  >`;
}

function drawLane(axis: Axis, { title, lane, bars }: DrawnLane, y: number): Html {
  const last = bars.at(-1);
  return html`<text class="lane" x="0" y="${y + 8}">${title}</text>${bars.map((drawn) => drawBar(axis, drawn, y + 14))}${
      last === undefined || lane.isOpen ? '' : endMark(axis, lane, y + 14)
    }`;
}

function drawBar(axis: Axis, { bar, id }: Drawn, y: number): Html {
  const x = axis.place(bar.from);
  const width = axis.place(bar.to) - x;
  const said = inWords(bar);
  const shown = shownLabel(bar, width);
  // What is seen is part of the name (WCAG 2.5.3).
  const name = shown === undefined || shown === bar.label ? said : `${shown}, ${said}`;
  return html`<a class="bar ${toneOfBar(bar)} ${bar.kind}${bar.isOpen ? ' open' : ''}" href="#${id}" aria-label="${name}"
    ><title>${said}</title
    ><rect
      x="${percent(x)}"
      y="${y}"
      width="${percent(width)}"
      height="${barHeight}"
      rx="3"
    />${labelOf(shown, { x, width, y })}</a
  >`;
}

/** The label where there is room for it, or a shorter one; on a narrow page only what has room there. */
const shownLabel = ({ kind, label }: Bar, width: number): string | undefined =>
  [label, shortLabels[kind]].find((one) => roomOf(one) <= width);

const roomOf = (text: string): number => text.length * letterPercent + 1;

function labelOf(text: string | undefined, { x, width, y }: { x: number; width: number; y: number }): Html | '' {
  if (text === undefined) return '';
  const className = roomOf(text) * narrower <= width ? 'fits' : 'wide';
  return html`<text class="${className}" x="${percent(x)}" dx="5" y="${y + 16}">${text}</text>`;
}

/** The outcome, as a shape at the end of the lane. */
function endMark(axis: Axis, lane: Lane, y: number): Html {
  const bad = ['failed', 'rolled_back', 'rejected', 'timed_out'].includes(lane.status);
  const good = ['deployed', 'completed'].includes(lane.status);
  return html`<line
    class="end ${bad ? 'bad' : good ? 'good' : 'idle'}"
    x1="${percent(axis.place(lane.to))}"
    x2="${percent(axis.place(lane.to))}"
    y1="${y - 3}"
    y2="${y + barHeight + 3}"
  />`;
}

/** For readers who cannot see it, and as its title: `training: 2 min 5 s; CreateModel: Rate exceeded`. */
export function inWords({ label, from, to, isOpen, detail, by }: Bar): string {
  const long = `${label}: ${isOpen ? 'since ' : ''}${durationInWords(to - from)}`;
  const short = detail === null || detail === label ? '' : `; ${detail.length > 200 ? `${detail.slice(0, 200)} …` : detail}`;
  return `${long}${by === null ? '' : `, by ${by}`}${short}`;
}
