/** What a process's exit says to whoever supervises it (the numbers of sysexits.h where one fits). */
export const EXIT = { ok: 0, failed: 1, unavailable: 69, misconfigured: 78 } as const;
