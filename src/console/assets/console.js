// @ts-check
/* The console in a browser. Every page works without it. */
import { enhance } from './dialogs.js';
import { listenToKeys } from './keys.js';
import { connect } from './live.js';
import { startClock } from './times.js';

enhance(document);
listenToKeys();
startClock();
connect();
const reloadAfter = Number(document.documentElement.dataset['reload']);
if (reloadAfter > 0) setTimeout(() => location.reload(), reloadAfter * 1000);
