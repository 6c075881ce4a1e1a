import { formatClock } from '../durations.ts';
import type { Style, Tone } from '../terminal/style.ts';
import { toneOfStatus } from '../terminal/style.ts';
import { displayWidth, printable, truncate, wrap } from '../terminal/text.ts';
import type { Step, StepState, WatchView } from './watch-view.ts';

interface Space {
  /** Columns. */
  width: number;
  /** Rows. */
  height: number;
}

const widest = 100;
const label = { training: 'Training', deployment: 'Deployment' };
const indent = 2 + label.deployment.length;

/** The lines that show a run while it is watched. None is wider than the terminal, and there are no more than it has rows. */
export function renderWatch(view: WatchView, { width, height }: Space, style: Style): string[] {
  const space = Math.max(12, Math.min(width - 1, widest));
  const lines = [
    title(view, space, style),
    ...trainingLines(view, space, style),
    ...deploymentLines(view, space, style),
    ...standingLines(view, space, style),
  ];
  // The end says more than the beginning.
  return lines.length <= height ? lines : lines.slice(lines.length - Math.max(1, height));
}

function title({ trainingJobName, endpointName }: WatchView, space: number, style: Style): string {
  const arrow = style.unicode ? '→' : '->';
  const whole = `${trainingJobName} ${arrow} ${endpointName}`;
  return displayWidth(whole) <= space
    ? `${style.paint('strong', trainingJobName)} ${arrow} ${endpointName}`
    : style.paint('strong', truncate(trainingJobName, space));
}

function trainingLines({ training }: WatchView, space: number, style: Style): string[] {
  const { fraction, elapsedMs, remainingMs, status, steps } = training;
  const time = `${formatClock(elapsedMs)}${remainingMs === null ? '' : `, about ${formatClock(remainingMs)} left`}`;
  const head = headLine(
    label.training,
    fraction === null ? status : `${Math.floor(fraction * 100)} %`,
    time,
    toneOfStatus(status),
    space,
    style,
  );
  const isOver = fraction === null;
  return [
    head,
    ...(isOver ? [] : [`${' '.repeat(indentOf(space))}${bar(fraction, Math.min(50, space - indentOf(space)), style)}`]),
    ...(isOver && status === 'completed' ? [] : stepLines(steps, space, style)),
  ];
}

function deploymentLines({ deployment, willDeploy }: WatchView, space: number, style: Style): string[] {
  if (deployment === null) return willDeploy ? [headLine(label.deployment, 'follows', '', 'quiet', space, style)] : [];
  const { status, steps, elapsedMs } = deployment;
  return [
    headLine(label.deployment, status.replaceAll('_', ' '), formatClock(elapsedMs), toneOfStatus(status), space, style),
    ...stepLines(steps, space, style),
  ];
}

const indentOf = (space: number): number => (space < 50 ? 2 : indent);

function headLine(name: string, status: string, time: string, tone: Tone, space: number, style: Style): string {
  const word = truncate(status, space - indent);
  const rest = truncate(time, space - indent - word.length - 2);
  return `${name.padEnd(indent)}${style.paint(tone, word)}${rest === '' ? '' : `  ${style.paint('quiet', rest)}`}`;
}

function bar(fraction: number, width: number, { unicode, paint }: Style): string {
  const done = Math.max(0, Math.min(width, Math.round(fraction * width)));
  const [full, empty] = unicode ? ['━', '─'] : ['#', '-'];
  return paint('busy', full.repeat(done)) + paint('quiet', empty.repeat(width - done));
}

const marks: Record<StepState, { mark: string; ascii: string; tone: Tone }> = {
  done: { mark: '✓', ascii: '+', tone: 'good' },
  current: { mark: '●', ascii: '*', tone: 'busy' },
  failed: { mark: '✗', ascii: 'x', tone: 'bad' },
  todo: { mark: '○', ascii: '.', tone: 'quiet' },
};

/** On one line where they fit, else as many as fit on each. */
function stepLines(steps: readonly Step[], space: number, style: Style): string[] {
  const room = space - indentOf(space);
  const lines: { width: number; text: string }[] = [];
  for (const { name, state } of steps) {
    const { mark, ascii, tone } = marks[state];
    const plain = truncate(`${style.unicode ? mark : ascii} ${name}`, room);
    const [sign = '', ...words] = plain.split(' ');
    const text = `${style.paint(tone, sign)} ${state === 'todo' ? style.paint('quiet', words.join(' ')) : words.join(' ')}`;
    const last = lines.at(-1);
    if (last !== undefined && last.width + 3 + displayWidth(plain) <= room) {
      last.text += `   ${text}`;
      last.width += 3 + displayWidth(plain);
    } else lines.push({ width: displayWidth(plain), text });
  }
  return lines.map(({ text }) => `${' '.repeat(indentOf(space))}${text}`);
}

const mostLines = 5;

/** What the steps do not say. */
function standingLines({ standing }: WatchView, space: number, style: Style): string[] {
  const { tone, sentence, next, isNews } = standing;
  if (!isNews) return [];
  return [...textLines(sentence, tone, space, style), ...(next === null ? [] : textLines(next, 'quiet', space, style))];
}

function textLines(text: string, tone: Tone, space: number, style: Style): string[] {
  const lines = wrap(printable(text), space).map((line) => truncate(line, space));
  const shown =
    lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), truncate(`${lines[mostLines - 1] ?? ''} …`, space)];
  return shown.map((line) => style.paint(tone, line));
}
