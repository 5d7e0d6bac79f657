const encoder = new TextEncoder();
/** Proxies end what is silent for a minute. */
const BEAT_MS = 15_000;

export type EventStreamOptions = {
  /** Starts to listen; gives what ends it. `send` writes an event of that name. */
  open(send: (event: string) => void, end: () => void): () => void;
  /** Ends it after so long; browsers come again by themselves, and show who they are again. */
  readonly lifetimeMs: number;
};

/** An answer of server-sent events, without data: each only says that something happened. */
export function eventStream({ open, lifetimeMs }: EventStreamOptions): Response {
  let close = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let ended = false;
      const write = (text: string): void => {
        // Who reads too slowly hears of the next change instead.
        if (!ended && (controller.desiredSize ?? 0) > -16) controller.enqueue(encoder.encode(text));
      };
      const end = (): void => {
        if (ended) return;
        ended = true;
        close();
        controller.close();
      };
      const stop = open((event) => write(`event: ${event}\ndata:\n\n`), end);
      const beat = setInterval(() => write(':\n\n'), BEAT_MS);
      const life = setTimeout(end, lifetimeMs);
      close = () => {
        ended = true;
        stop();
        clearInterval(beat);
        clearTimeout(life);
      };
      write('retry: 3000\n\n');
    },
    cancel: () => close(),
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}
