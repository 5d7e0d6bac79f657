import { BadInput, JobError, ToolUnavailable } from '../errors.ts';
import type { GuardedResult } from './guarded-run.ts';

type Rule = { readonly when: RegExp; readonly fault: (cause: Error, label: string) => JobError };

const bad =
  (code: ConstructorParameters<typeof BadInput>[0], whatOfIt: string) =>
  (cause: Error, label: string): JobError =>
    new BadInput(code, `The ${label} ${whatOfIt}.`, cause);
const failed =
  (code: string, message: string) =>
  (cause: Error): JobError =>
    new JobError(message, { code, cause });

/** The picture is larger than -max_pixels, which older versions say in other words. */
export const PIXELS_REFUSED = /exceeds (?:the|specified) max\w* pixel count|Picture size .* is invalid/;

/** How the program ended, by what fluent-ffmpeg says of it. Asked before the log, which a hostile file can write into. */
const ENDINGS: readonly Rule[] = [
  { when: /ENOENT|EACCES|code 12[67]$/m, fault: (cause) => new ToolUnavailable('ffmpeg cannot be started', { cause }) },
  { when: /code (64|75)$/m, fault: failed('tool_failed', 'the guard of ffmpeg refused to start it') },
  { when: /SIGXFSZ/, fault: bad('too_large', 'says more about itself than is allowed') },
  { when: /SIGXCPU/, fault: failed('tool_timeout', 'ffmpeg used all the CPU time that it may have') },
  { when: /SIGKILL|SIGTERM/, fault: failed('tool_failed', 'ffmpeg was killed from outside') },
  { when: /killed with signal/, fault: bad('damaged_input', 'is damaged in a way that breaks its decoder') },
];

const SAYINGS: readonly Rule[] = [
  { when: /No space left on device/, fault: failed('tool_failed', 'no space left for temporary files') },
  { when: /Cannot allocate memory/, fault: bad('too_large', 'needs more memory than is allowed') },
  {
    when: PIXELS_REFUSED,
    fault: bad('too_large', 'has pictures of more pixels than are allowed'),
  },
  { when: /moov atom not found/, fault: bad('damaged_input', 'is cut off: the index at its end is missing') },
  { when: /ended prematurely|: End of file$/m, fault: bad('damaged_input', 'ends in the middle of its content') },
  {
    when: /not on whitelist|not in whitelist/i,
    fault: bad('unsupported_input', 'is a playlist or another format that is not opened here'),
  },
  {
    when: /[Dd]ecoder .* not found|Unknown decoder|unknown codec/,
    fault: bad('unsupported_input', 'uses a codec that is not supported here'),
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
  if (rule !== undefined) return rule.fault(cause, label);
  return bad('damaged_input', 'is damaged: its content cannot be read')(cause, label);
}
