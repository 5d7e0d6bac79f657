type Shown = { readonly attempt: number; readonly maxAttempts: number; readonly failed?: boolean };

/** `2/4`: marked from the second on, and red when none is left and it failed. */
export function Attempt({ attempt, maxAttempts, failed = false }: Shown) {
  const last = failed && attempt >= maxAttempts;
  return (
    <span
      class={last ? 'att last' : attempt > 1 ? 'att more' : 'att'}
      title={`attempt ${attempt} of ${maxAttempts}`}
    >{`${attempt}/${maxAttempts}`}</span>
  );
}
