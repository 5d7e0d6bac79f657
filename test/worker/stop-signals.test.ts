import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { createLogger } from '../../src/process/logger.ts';
import { onStopSignals } from '../../src/worker/stop-signals.ts';

test('each further signal is a more urgent wish, whichever of the two it is', () => {
  const from = new EventEmitter();
  const wishes: string[] = [];
  const say = (wish: string) => () => void wishes.push(wish);
  const log = createLogger({ name: 'test', level: 'silent' });
  onStopSignals(log, { stop: say('stop'), hurry: say('hurry'), exit: say('exit') }, from);
  from.emit('SIGINT', 'SIGINT');
  expect(wishes).toEqual(['stop']);
  from.emit('SIGTERM', 'SIGTERM');
  from.emit('SIGTERM', 'SIGTERM');
  from.emit('SIGINT', 'SIGINT');
  expect(wishes).toEqual(['stop', 'hurry', 'exit', 'exit']);
});
