/** A command line that cannot be understood; the message says what was expected. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}
