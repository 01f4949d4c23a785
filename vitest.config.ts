import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Examples import the package by its name, as users do.
  resolve: { alias: [{ find: /^windtunnel$/, replacement: new URL('src/index.ts', import.meta.url).pathname }] },
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    // Two cores are what CI has; tests that start a redis-server or a child process bring their own load.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
