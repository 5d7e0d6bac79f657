import type { Logger } from '../process/logger.ts';

export type StopActions = {
  /** The first SIGTERM or SIGINT. */
  readonly stop: () => void;
  /** The second one. */
  readonly hurry: () => void;
  /** The third one, and nothing may hold it up. */
  readonly exit: () => void;
};

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Turns the signals that end a process into one more urgent wish each. */
export function onStopSignals(log: Logger, actions: StopActions, from: NodeJS.EventEmitter = process): void {
  const wishes = [actions.stop, actions.hurry];
  for (const signal of SIGNALS) {
    from.on(signal, () => {
      log.info({ signal }, 'asked to stop');
      (wishes.shift() ?? actions.exit)();
    });
  }
}
