// Unleash's server as its makers publish it, for `studio bench flags`. Reads its settings from the first argument.
import { start } from 'unleash-server';

const { database, port, backend, frontend } = JSON.parse(process.argv[2]);
const token = (type, secret) => ({ type, environment: 'development', projects: ['*'], secret, tokenName: type });
await start({
  databaseUrl: database,
  db: { ssl: false },
  server: { port, host: '127.0.0.1' },
  logLevel: 'error',
  versionCheck: { enable: false },
  telemetry: false,
  // Nobody signs in to its admin's API, by which the flags are brought; clients show their tokens.
  authentication: { type: 'none', initApiTokens: [token('backend', backend), token('frontend', frontend)] },
});
