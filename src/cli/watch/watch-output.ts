import type { HistoryEntryBody } from '../../api/schemas/history.ts';
import type { Cli } from '../cli.ts';
import { formatClock } from '../durations.ts';
import { LiveRegion } from '../terminal/live-region.ts';
import { redraws, styleOf } from '../terminal/style.ts';
import { truncate } from '../terminal/text.ts';
import { changeLine } from './change-line.ts';
import type { Snapshot } from './read-snapshot.ts';
import { renderWatch } from './render-watch.ts';
import { toWatchView } from './watch-view.ts';

/** Where a run that is watched is shown. */
export interface WatchOutput {
  show: (snapshot: Snapshot) => void;
  /** The service does not respond, since how long, in milliseconds; null when it does again. */
  outage: (reason: string | null) => void;
  /** Nothing is shown afterwards. */
  end: () => void;
}

interface Options {
  json: boolean;
  expectedMs: number | null;
  /** How far the service's clock is ahead, in milliseconds. */
  clockAheadMs: () => number;
}

export function createWatchOutput(cli: Cli, options: Options): WatchOutput {
  if (options.json) return changes((entry) => cli.print(JSON.stringify(entry)), cli);
  return redraws(cli.stderr, cli.env) ? createLiveView(cli, options) : changes((entry) => cli.say(changeLine(entry)), cli);
}

/** A line a change, each entry of the history once. */
function changes(write: (entry: HistoryEntryBody) => void, cli: Cli): WatchOutput {
  let lastId = 0;
  let isOut = false;
  return {
    show: ({ run }) => {
      for (const entry of run.history) if (entry.id > lastId) write(entry);
      lastId = Math.max(lastId, ...run.history.map(({ id }) => id));
    },
    outage: (reason) => {
      if (reason === null && isOut) cli.say('The service responds again');
      if (reason !== null && !isOut)
        cli.say(`No response from the service: ${reason}; the run continues without this program, which tries again`);
      isOut = reason !== null;
    },
    end: () => {},
  };
}

const frameMs = 1000;

/** A view that changes in place, each second and with the size of the terminal. */
function createLiveView(cli: Cli, { expectedMs, clockAheadMs }: Options): WatchOutput {
  const { stderr, env } = cli;
  const region = new LiveRegion(stderr);
  const style = styleOf(stderr, env);
  let last: Snapshot | null = null;
  let outage: { reason: string; since: number } | null = null;

  const draw = (): void => {
    if (last === null) return;
    const now = cli.now() + clockAheadMs();
    const view = toWatchView(last.run, last.deployment, { expectedMs, now });
    const lines = renderWatch(view, { width: region.width, height: region.height - 1 }, style);
    const note =
      outage === null
        ? []
        : [`No response for ${formatClock(cli.now() - outage.since)}: ${outage.reason}`].map((line) =>
            truncate(line, region.width - 1),
          );
    region.draw([...lines, ...note.map((line) => style.paint('warn', line))]);
  };
  const timer = setInterval(draw, frameMs);
  stderr.on?.('resize', draw);
  return {
    show: (snapshot) => {
      last = snapshot;
      draw();
    },
    outage: (reason) => {
      outage = reason === null ? null : { reason, since: outage?.since ?? cli.now() };
      draw();
    },
    end: () => {
      clearInterval(timer);
      stderr.off?.('resize', draw);
      draw();
    },
  };
}
