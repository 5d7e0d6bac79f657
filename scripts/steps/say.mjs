/** One line about what the set-up does. It goes to stderr, so that a command's own output stays clean. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Ends the set-up with one line that says what is wrong and what to do. */
export function giveUp(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

export function seconds(startedAt) {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
