/** One mistake that somebody could make: a place in the sources, and what would stand there. */
export type Bug = {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  /** Must fit exactly once, so that a bug that no longer bites is noticed. */
  readonly find: string | RegExp;
  readonly replace: string;
  /** The scenario that must show it. */
  readonly scenario: string;
};

/** The text with the mistake in it; throws when the place is not there, or not the only one. */
export function plantIn(text: string, { name, file, find, replace }: Bug): string {
  const pieces = text.split(find);
  if (pieces.length !== 2) {
    throw new Error(
      `seeded bug ${name}: expected one place in src/${file} that reads ${String(find)}, got ${pieces.length - 1}`,
    );
  }
  return `${pieces[0] ?? ''}${replace}${pieces[1] ?? ''}`;
}
