# One image for all programs; the command says which:
#   node src/api/main.ts (the default) · node src/worker/main.ts · node src/simulator/main.ts · node src/db/migrate-main.ts

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script at run time. What only other platforms or compilers use goes.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
  && find node_modules/better-sqlite3/prebuilds -type f ! -name "linux-$(node -p process.arch).node" -delete \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="sagemaker-autodeploy" \
  org.opencontainers.image.description="Turns a finished SageMaker training job into a live endpoint, whatever dies on the way." \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
ENV NODE_ENV=production \
  DATABASE_URL=file:/data/autodeploy.db \
  HEARTBEAT_FILE=/tmp/heartbeat
# Mounted over in production; a new volume takes its owner from here.
RUN mkdir /data && chown node:node /data
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY drizzle ./drizzle
COPY scripts/container ./scripts/container
COPY src ./src
USER node
EXPOSE 8006
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "scripts/container/health.mjs"]
CMD ["node", "src/api/main.ts"]
