// Jobs that handle secrets as carelessly as people do: they log them, and fail with them in their words.
import { z } from 'zod';
import { defineJob } from '../../../src/jobs/authoring.ts';

const payload = z.looseObject({ password: z.string(), token: z.string() });

export const canaryCareless = defineJob({
  name: 'canary.careless',
  queue: 'services',
  payload,
  maxAttempts: 1,
  async execute(ctx, secrets) {
    const headers = { authorization: `Bearer ${secrets.token}`, cookie: secrets.password };
    ctx.log.info({ payload: secrets, headers }, 'called');
    ctx.log.error(
      { err: Object.assign(new Error('refused'), { config: { headers } }) },
      `sent Bearer ${secrets.token}`,
    );
    await ctx.http
      .send({ url: `http://127.0.0.1/?a=1`, headers: { 'x-a': 'b' } })
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'no'));
    throw new Error(`GET postgres://user:${secrets.password}@db/x with Bearer ${secrets.token} failed`);
  },
});

export const canaryReturning = defineJob({
  name: 'canary.returning',
  queue: 'services',
  payload,
  execute: async (_, secrets) => ({ password: secrets.password, api_key: secrets.token, ok: true }),
});
