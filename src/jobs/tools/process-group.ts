/** SIGKILLs every process of the group that `leader` leads or led. False when there is none any more. */
export function killGroup(leader: number): boolean {
  return leader > 1 && kill(-leader);
}

/** The same, for a child that may not (or not yet) lead a group: then it is killed alone. */
export function killGroupOrProcess(pid: number): void {
  if (pid > 1 && !killGroup(pid)) kill(pid);
}

function kill(target: number): boolean {
  try {
    process.kill(target, 'SIGKILL');
    return true;
  } catch (error) {
    // EPERM on macOS means that a group holds only zombies; there is nothing left to kill in it either.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}
