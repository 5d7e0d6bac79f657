import { z } from 'zod';
import { defineApiCall } from 'powernode-worker/jobs';

/** POST /api/v1/internal/shops/{shop}/expire_carts with the payload as its body; the answer becomes the output. */
export const expireCarts = defineApiCall({
  name: 'examples.expire-carts',
  method: 'POST',
  path: 'internal/shops/{shop}/expire_carts',
  payload: z.object({ shop: z.string(), stale_days: z.number().default(30) }),
});
