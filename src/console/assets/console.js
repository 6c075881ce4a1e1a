// @ts-check
/* The console in a browser. Every page works without it. */
import { enhance, fetchLater } from './dialogs.js';
import { all } from './page.js';
import { listenToKeys } from './keys.js';
import { connect } from './live.js';
import { startClock } from './times.js';

enhance(document);
for (const place of all('[data-lazy]')) {
  void fetchLater(place);
  setInterval(() => document.hidden || void fetchLater(place), 15_000);
}
listenToKeys();
startClock();
connect();
const reloadAfter = Number(document.documentElement.dataset['reload']);
if (reloadAfter > 0) setTimeout(() => location.reload(), reloadAfter * 1000);
