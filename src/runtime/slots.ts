export type Slots = {
  readonly capacity: number;
  readonly free: number;
  /** Takes a slot; the function that it gives frees it, once. Undefined when none is free. */
  take(): (() => void) | undefined;
};

/** Room for running jobs. `onFree` is called after a slot became free. */
export function createSlots(capacity: number, onFree: () => void): Slots {
  let taken = 0;
  return {
    capacity,
    get free() {
      return capacity - taken;
    },
    take() {
      if (taken >= capacity) return undefined;
      taken += 1;
      let given = false;
      return () => {
        if (given) return;
        given = true;
        taken -= 1;
        onFree();
      };
    },
  };
}
