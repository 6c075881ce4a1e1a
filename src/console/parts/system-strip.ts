import { type Html, html } from '../html.ts';
import type { Frame } from '../frame/frame.ts';
import type { SystemStatus } from '../../services/system/read-status.ts';
import { icon, type IconName } from './icon.ts';
import { time } from './time.ts';
import type { Tone } from './status-chip.ts';

const item = (tone: Tone, name: IconName, content: string | Html): Html =>
  html`<li><span class="${tone}">${icon(name)}</span><span>${content}</span></li>`;

/** The state of the whole service in one line. */
export function systemStrip(frame: Frame, status: SystemStatus): Html {
  return html`<ul class="strip" aria-label="The service">
    ${workers(status)} ${part('Redis', status.redisProblem)} ${part('Database', status.databaseProblem)}
    ${
      status.lastEventAt === null
        ? item('idle', 'dash', 'No event from EventBridge yet')
        : item('good', 'check', html`Last event ${time(frame, status.lastEventAt)}`)
    }
    ${throttling(status)}
  </ul>`;
}

const part = (name: string, problem: string | null): Html =>
  problem === null ? item('good', 'check', name) : item('bad', 'cross', `${name}: ${problem}`);

function workers({ processes }: SystemStatus): Html {
  if (processes === null) return item('warn', 'warning', 'Workers: not known');
  const alive = processes.filter(({ service }) => service === 'worker');
  const failing = alive.filter(({ problem }) => problem !== null).length;
  if (alive.length === 0) return item('bad', 'cross', html`<strong>No worker runs</strong>: nothing is observed or deployed`);
  const count = `${alive.length} ${alive.length === 1 ? 'worker' : 'workers'}`;
  return failing === 0 ? item('good', 'check', count) : item('warn', 'warning', `${count}, ${failing} with a problem`);
}

function throttling({ refusedCalls }: SystemStatus): Html {
  if (refusedCalls === null) return item('idle', 'dash', 'Calls: not known');
  const sum = (...results: string[]): number =>
    refusedCalls.filter(({ result }) => results.includes(result)).reduce((total, { count }) => total + count, 0);
  const [throttled, denied] = [sum('throttled'), sum('access_denied', 'unauthenticated')];
  if (denied > 0) return item('bad', 'ban', `SageMaker denied ${denied} calls in 15 min`);
  return throttled === 0
    ? item('good', 'check', 'No throttling')
    : item('warn', 'warning', `SageMaker throttled ${throttled} calls in 15 min`);
}
