import { z } from 'zod';

/** A search that somebody keeps under a name. */
export const savedView = z.object({ id: z.string(), name: z.string(), q: z.string() });
export type SavedView = z.infer<typeof savedView>;
