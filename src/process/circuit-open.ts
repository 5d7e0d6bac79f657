/** A call that was not made, because the calls before it showed that the far side is down. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
  readonly code = 'circuit_open';
  readonly circuit: string;
  readonly retryAfterSeconds: number;
  constructor(circuit: string, remainingMs: number) {
    const seconds = Math.max(1, Math.ceil(remainingMs / 1000));
    super(`the circuit ${circuit} is open: expected the far side to answer, it did not; next try in ${seconds} s`);
    this.circuit = circuit;
    this.retryAfterSeconds = seconds;
  }
}
