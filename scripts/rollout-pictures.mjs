/**
 * `npm run rollout-pictures`: plays each strategy of a rollout through a system of its own, real service and simulator, and draws into
 * docs/images what the API showed of the deployments meanwhile. A minute of SageMaker takes two seconds, so that all takes two minutes.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawRollout } from './rollout-pictures/draw.mjs';
import { deliveryFile, plays } from './rollout-pictures/plays.mjs';
import { playRollout } from './rollout-pictures/play.mjs';
import { startLocalSystem } from './screenshots/local-system.mjs';
import { root } from './setup/root.mjs';

const secondsPerMinute = 2;
const launchMinutes = 5;

const folder = mkdtempSync(join(tmpdir(), 'autodeploy-pictures-'));
const images = join(root, 'docs/images');
const file = join(folder, 'delivery.json');
writeFileSync(file, JSON.stringify(deliveryFile));
const system = await startLocalSystem({
  DELIVERY_FILE: file,
  ENDPOINT_POLL_SECONDS: '0.3',
  SIMULATOR_TRAINING_SECONDS: '3',
  SIMULATOR_ENDPOINT_SECONDS: String(launchMinutes * secondsPerMinute),
  SIMULATOR_WAIT_SCALE: String(secondsPerMinute / 60),
});
try {
  mkdirSync(images, { recursive: true });
  await Promise.all(
    plays.map(async (play) => {
      const recorded = await playRollout(system, play, secondsPerMinute);
      const picture = `rollout-${play.endpoint}.svg`;
      writeFileSync(join(images, picture), drawRollout(play, recorded));
      process.stdout.write(`${picture}: ${recorded.status} after ${recorded.endMinute.toFixed(1)} minutes\n`);
    }),
  );
} finally {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
}
