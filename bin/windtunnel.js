#!/usr/bin/env node
// Written so that old versions of Node.js get as far as the line that tells them so.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`windtunnel: Node.js ${process.versions.node} is too old: install 20.19 or newer (https://nodejs.org)`);
  process.exit(2);
}

const { moduleUrl, register } = await import('./register.js');
const args = process.argv.slice(2);
// A finding may be of a scenario that is a file: only the finding knows.
await register(args[0] === 'replay' || args.some((argument) => /\.[cm]?ts$/.test(argument)));
const { main } = await import(moduleUrl('cli/main'));
process.exitCode = await main(args);
