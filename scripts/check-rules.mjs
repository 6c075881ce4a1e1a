/** `npm run check-rules`: tries the alerts of infra/prometheus with promtool, which has to be installed. */
import { runInForeground } from './setup/foreground.mjs';

const missing =
  'There is no promtool in PATH. To do: install Prometheus, as with apt-get install --no-install-recommends prometheus.\n';

for (const args of [
  ['check', 'rules', 'infra/prometheus/rules.yaml'],
  ['test', 'rules', 'infra/prometheus/rules.test.yaml'],
]) {
  const code = await runInForeground('promtool', args).catch(() => {
    process.stderr.write(missing);
    return 1;
  });
  if (code !== 0) process.exit(code);
}
