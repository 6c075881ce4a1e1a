# Two images. `service`, the default target, has all programs of the service; the command says which:
#   node src/api/main.ts (the default) · node src/worker/main.ts · node src/db/migrate-main.ts ·
#   node src/config/delivery-main.ts check FILE · autodeploy COMMAND
# `simulator` (`--target simulator`) has the SageMaker simulator of packages/sagemaker-simulator alone.

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script at run time. Files for other platforms and for compilers are deleted.
RUN npm ci --omit=dev --workspaces=false --ignore-scripts \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
  && find node_modules/better-sqlite3/prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-bookworm-slim AS command-line
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Of the lockfile only what bundles the program.
RUN node -e "const p = require('./package.json'); const { esbuild, commander } = p.devDependencies; p.dependencies = {}; p.devDependencies = { esbuild, commander }; require('fs').writeFileSync('package.json', JSON.stringify(p))" \
  && npm ci --workspaces=false --ignore-scripts
COPY scripts/build-cli.mjs ./scripts/
COPY scripts/setup/root.mjs ./scripts/setup/
COPY docs/iam ./docs/iam
COPY src/core ./src/core
COPY src/cli ./src/cli
RUN node scripts/build-cli.mjs

FROM node:24-bookworm-slim AS simulator-packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/sagemaker-simulator/package.json packages/sagemaker-simulator/
# Without this, npm would also install the packages of its tests, since the service needs the same ones.
RUN npm pkg delete devDependencies --workspace sagemaker-simulator \
  && npm ci --omit=dev --workspace sagemaker-simulator --ignore-scripts \
  && rm node_modules/sagemaker-simulator \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-bookworm-slim AS simulator
LABEL org.opencontainers.image.title="sagemaker-simulator" \
  org.opencontainers.image.description="Amazon SageMaker's training and endpoint API on your own machine, with faults to inject." \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
ENV NODE_ENV=production \
  SIMULATOR_HOST=0.0.0.0 \
  SIMULATOR_PORT=8007
# For a volume that keeps the state: SIMULATOR_STATE_FILE=/data/sagemaker.jsonl.
RUN mkdir /data && chown node:node /data
COPY --from=simulator-packages /app/node_modules ./node_modules
COPY packages/sagemaker-simulator/package.json ./
COPY packages/sagemaker-simulator/src ./src
USER node
EXPOSE 8007
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SIMULATOR_PORT}/_control/health`, { signal: AbortSignal.timeout(3000) }).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]

FROM node:24-bookworm-slim AS service
LABEL org.opencontainers.image.title="sagemaker-autodeploy" \
  org.opencontainers.image.description="Deploys each finished SageMaker training job to a live endpoint, whatever crashes on the way." \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
ENV NODE_ENV=production \
  DATABASE_URL=file:/data/autodeploy.db \
  HEARTBEAT_FILE=/tmp/heartbeat
# Production mounts a volume here; a new volume takes its owner from this folder.
RUN mkdir /data && chown node:node /data
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY drizzle ./drizzle
COPY scripts/container ./scripts/container
# What Amazon RDS signs with is in no store of public certificates: `sslrootcert=/app/certificates/rds.pem` in DATABASE_URL.
COPY infra/certificates ./certificates
COPY src ./src
# The command-line program, as `autodeploy`.
COPY --from=command-line /app/dist/autodeploy.mjs ./dist/autodeploy.mjs
RUN ln -s /app/dist/autodeploy.mjs /usr/local/bin/autodeploy
# With a read-only root file system this is the one folder to write to. Fargate mounts a volume for this image's user only where the
# image declares it: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
VOLUME ["/tmp"]
USER node
EXPOSE 8006
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "scripts/container/health.mjs"]
CMD ["node", "src/api/main.ts"]
