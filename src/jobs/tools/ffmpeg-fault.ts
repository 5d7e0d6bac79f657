import { BadInput, JobError, ToolUnavailable } from '../errors.ts';
import type { GuardedResult } from './guarded-run.ts';

type Rule = { readonly when: RegExp; readonly fault: (cause: Error) => JobError };

const bad =
  (code: ConstructorParameters<typeof BadInput>[0], message: string) =>
  (cause: Error): JobError =>
    new BadInput(code, message, cause);
const failed =
  (code: string, message: string) =>
  (cause: Error): JobError =>
    new JobError(message, { code, cause });

/** How the program ended, by what fluent-ffmpeg says of it. Asked before the log, which a hostile file can write into. */
const ENDINGS: readonly Rule[] = [
  { when: /ENOENT|EACCES|code 12[67]$/m, fault: (cause) => new ToolUnavailable('ffmpeg cannot be started', { cause }) },
  { when: /code (64|75)$/m, fault: failed('tool_failed', 'the guard of ffmpeg refused to start it') },
  { when: /SIGXFSZ/, fault: bad('too_large', 'What the file says about itself is larger than is allowed.') },
  { when: /SIGXCPU/, fault: failed('tool_timeout', 'ffmpeg used all the CPU time that it may have') },
  { when: /SIGKILL|SIGTERM/, fault: failed('tool_failed', 'ffmpeg was killed from outside') },
  { when: /killed with signal/, fault: bad('damaged_input', 'The file is damaged in a way that breaks its decoder.') },
];

const SAYINGS: readonly Rule[] = [
  { when: /No space left on device/, fault: failed('tool_failed', 'no space left for temporary files') },
  { when: /Cannot allocate memory/, fault: bad('too_large', 'The file needs more memory than is allowed.') },
  {
    when: /exceeds the maximum pixel count|Picture size .* is invalid/,
    fault: bad('too_large', 'The picture has more pixels than are allowed.'),
  },
  {
    when: /moov atom not found/,
    fault: bad('damaged_input', 'The file is cut off: the index at its end (moov) is missing.'),
  },
  {
    when: /not on whitelist|not in whitelist/i,
    fault: bad('unsupported_input', 'The content is a playlist or another format that is not opened here.'),
  },
  {
    when: /[Dd]ecoder .* not found|Unknown decoder|unknown codec/,
    fault: bad('unsupported_input', 'The file uses a codec that is not supported here.'),
  },
];

/**
 * What a failed run of ffmpeg or ffprobe means: a tool that is missing, an input at fault, or bad luck that another
 * attempt may not have. The log goes into the cause, never into the message.
 */
export function ffmpegFault(result: GuardedResult, label: string): JobError {
  const ending = result.failure?.message ?? '';
  const cause = new Error(`${ending}\n${result.log}`.trim().slice(0, 4000));
  const rule = ENDINGS.find(({ when }) => when.test(ending)) ?? SAYINGS.find(({ when }) => when.test(result.log));
  if (rule !== undefined) return rule.fault(cause);
  return new BadInput('damaged_input', `The ${label} is damaged: its content cannot be read.`, cause);
}
