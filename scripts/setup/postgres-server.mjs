import { existsSync } from 'node:fs';
import { findPostgres } from './find-postgres.mjs';
import { MachineProgram } from './package-manager.mjs';

const debianSettings = '/etc/postgresql-common';
const debianSetting = `${debianSettings}/createcluster.d/no-main-cluster.conf`;

/** Only tests need it: they start servers of their own. */
export const postgresServer = new MachineProgram({
  name: 'PostgreSQL server',
  what: 'a PostgreSQL server (`postgres` and `initdb`)',
  packages: {
    'apt-get': ['postgresql'],
    dnf: ['postgresql-server'],
    apk: ['postgresql16', 'postgresql'],
    brew: ['postgresql@17', 'postgresql@16'],
  },
  isThere: () => findPostgres() !== null,
  manually: 'install PostgreSQL 14 or newer with its server, so that `postgres` and `initdb` are in PATH',
  async around(manager, asRoot, install) {
    if (manager !== 'apt-get' || existsSync(debianSettings)) return install();
    // Debian's package would create a server on port 5432, and start it where an init system runs.
    const write = 'mkdir -p "$(dirname "$0")" && echo "create_main_cluster = false" > "$0"';
    await asRoot('sh', '-c', write, debianSetting);
    try {
      await install();
    } finally {
      // An operator who installs another version later gets what Debian promises.
      await asRoot('rm', '-f', debianSetting);
    }
  },
});
