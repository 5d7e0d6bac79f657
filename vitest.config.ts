import { defineConfig } from 'vitest/config';

// One PostgreSQL serves the whole run; each test file takes a database of its own from it (test/support/postgres.ts).
export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    restoreMocks: true,
    unstubEnvs: true,
    coverage: { provider: 'v8', include: ['src/**'] },
  },
});
