# One image, two commands:
#   docker run … powernode-worker node dist/api-bridge/main.js   the API; the only process that knows DATABASE_URL
#   docker run … powernode-worker                                a worker with its dashboard

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN node scripts/run.mjs --build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
# perl-base, which exiftool needs, is part of the base image; it is named here so that it stays.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg perl-base util-linux \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    DATA_DIR=/data \
    WEB_PORT=4567
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY libexec ./libexec
COPY migrations ./migrations
COPY deploy/health-check.mjs ./deploy/health-check.mjs
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000 4567
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["node", "deploy/health-check.mjs"]
STOPSIGNAL SIGTERM
CMD ["node", "dist/worker/main.js"]
