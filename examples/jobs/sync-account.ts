import { z } from 'zod';
import { apiRetry, defineJob, NonRetryable, ApiError } from 'powernode-worker/jobs';

const account = z.looseObject({ id: z.string(), plan: z.string() });

/** Asks the backend application, whose calls end with the job and wait behind its circuit. */
export const syncAccount = defineJob({
  name: 'examples.sync-account',
  queue: 'integrations',
  payload: z.object({ accountId: z.string() }),
  async execute({ platform, log, signal }, { accountId }) {
    try {
      const found = account.parse(await platform.backend.get(`internal/accounts/${accountId}`));
      // Twice on the spot, where it may be done twice; after that the job's own attempts take over.
      const again = apiRetry({ maxAttempts: 2, log, signal });
      await again(() => platform.backend.put(`internal/accounts/${accountId}/plan`, { plan: found.plan }));
      return { plan: found.plan };
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) throw new NonRetryable(`no account ${accountId}`);
      throw error;
    }
  },
});
