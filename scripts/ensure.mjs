// Makes a fresh clone ready: the packages, the build, the media tools, each only when it is missing or out of date.
// It runs on any Node from 20 on, before anything is installed.

/** Returns the variables that the command needs beyond its environment. */
export async function ensure({ build = false, media = false, secrets = 'none' } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    process.stderr.write(
      `Powernode Worker needs Node.js 20 or newer, and this is ${process.version}: install a newer one.\n`,
    );
    process.exit(1);
  }
  // Loaded here, because an older Node may not even be able to read these files.
  const { ensurePackages } = await import('./steps/packages.mjs');
  await ensurePackages();
  if (build) await (await import('./steps/build.mjs')).ensureBuild();
  const tools = media ? await (await import('./steps/media-tools.mjs')).ensureMediaTools() : {};
  const known = secrets === 'none' ? {} : (await import('./steps/secrets.mjs')).ensureSecrets();
  // A worker gets the secret that signs its tokens, and no sign-in.
  const { WORKER_SERVICE_TOKEN, ...signIn } = known;
  const token = WORKER_SERVICE_TOKEN === undefined ? {} : { WORKER_SERVICE_TOKEN };
  return { ...tools, ...token, ...(secrets === 'all' ? signIn : {}) };
}
