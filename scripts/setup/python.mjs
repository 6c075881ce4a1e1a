import { findPython } from './find-python.mjs';
import { MachineProgram } from './package-manager.mjs';

/**
 * Only the tests of clients/python and of the examples that use it need it. Where it cannot be installed, set-up says so and continues, and
 * so do those tests: a machine without it runs the service all the same.
 */
export const python = Object.assign(
  new MachineProgram({
    name: 'python3',
    what: 'python3, of 3.9 or newer, for the tests of clients/python',
    packages: {
      'apt-get': ['python3'],
      dnf: ['python3'],
      apk: ['python3'],
      brew: ['python3'],
    },
    isThere: () => findPython() !== null,
    manually: 'install Python 3.9 or newer, so that `python3` is in PATH',
  }),
  { isOptional: true },
);
