// The image's health check: asks the process of this container, whichever of the two it is, whether its event loop turns.
// Liveness never depends on the database, so a database that is away does not get healthy processes killed.
const ports = [process.env.PORT || '3000', process.env.WEB_PORT || '4567'];
const answers = await Promise.allSettled(
  ports.map((port) => fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(3_000) })),
);
process.exit(answers.some(({ value }) => value?.ok === true) ? 0 : 1);
