/** The rules of this project that oxlint doesn't have (oxlint.config.ts). */
import { importLayers } from './import-layers.ts';
import { noClock } from './no-clock.ts';
import { noDoubleAssertion } from './no-double-assertion.ts';

export default {
  meta: { name: 'autodeploy' },
  rules: { 'import-layers': importLayers, 'no-clock': noClock, 'no-double-assertion': noDoubleAssertion },
};
