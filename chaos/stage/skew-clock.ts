// Loaded before a program, it sets that program's wall clock off by CHAOS_SKEW_MS. The monotonic clock stays right, as
// it does on a machine whose date is wrong.
import { readChaosEnv } from '../env.ts';

const { CHAOS_SKEW_MS: skewMs } = readChaosEnv();
const TrueDate = Date;

class SkewedDate extends TrueDate {
  constructor(...parts: any[]) {
    super(...((parts.length === 0 ? [TrueDate.now() + skewMs] : parts) as [number]));
  }
  static override now(): number {
    return TrueDate.now() + skewMs;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
