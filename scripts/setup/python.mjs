import { findPython } from './find-python.mjs';
import { MachineProgram } from './package-manager.mjs';

/** Only the tests need it: of clients/python, of the examples that use it, and of the tutorials. */
export const python = new MachineProgram({
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
});
