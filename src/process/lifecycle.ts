import type { Logger } from './logger.ts';

/** Something long-lived. `stop` is safe to call twice and, once resolved, means stopped. */
export type Service = {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts services in order and stops them in reverse. When one fails to start, those before it are stopped and the
 * fault is thrown; when one fails to stop, the rest are stopped all the same.
 */
export function createLifecycle(services: readonly Service[], log: Logger): Service {
  const running: Service[] = [];
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    for (let service = running.pop(); service !== undefined; service = running.pop()) {
      try {
        await service.stop();
      } catch (error) {
        log.error({ err: error, service: service.name }, 'a service did not stop cleanly');
      }
    }
  }

  return {
    name: 'lifecycle',
    async start() {
      for (const service of services) {
        try {
          await service.start();
          running.push(service);
        } catch (error) {
          await stopAll();
          throw error;
        }
      }
    },
    stop: () => (stopping ??= stopAll()),
  };
}
