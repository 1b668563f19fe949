import type { ServerResponse } from 'node:http';
import type { Clock } from '../../core/ports.js';
import { alarm } from '../alarm.js';

export type ConnectionLimits = {
  /** Bytes that may wait for a client that reads slowly; then its generation pauses. */
  bufferedBytes: number;
  /** How long such a client may take none of them before it is dropped, ms. */
  patienceMs: number;
  /** Silence after which something is sent, ms. */
  keepAliveMs: number;
  /** Wait for a whole answer after which its head is sent ahead, ms. */
  earlyHeadMs: number;
};

/**
 * Node buffers without bound for a client that does not read. Proxies and clients give up on silent connections: Node's
 * fetch after 300 s without headers.
 */
export const CONNECTION_LIMITS: ConnectionLimits = {
  bufferedBytes: 1024 ** 2,
  patienceMs: 30_000,
  keepAliveMs: 15_000,
  earlyHeadMs: 60_000,
};

/** Writes to one client, with bounded memory. */
export type ClientConnection = {
  /** Sends the head once; later calls do nothing. */
  open(status: number, headers: Record<string, string>): void;
  readonly isOpen: boolean;
  write(text: string): void;
  end(text?: string): void;
  /** Calls `fill`, which writes something, whenever nothing was sent for a while. */
  keepAlive(fill: () => void): void;
};

export type ConnectionEvents = {
  /** The client left before the answer was complete. */
  left(): void;
  /** The client reads too slowly (true), or caught up (false). */
  pressure(isHigh: boolean): void;
};

export function connectClient(
  response: ServerResponse,
  clock: Clock,
  limits: ConnectionLimits,
  events: ConnectionEvents,
  baseHeaders: Record<string, string>,
): ClientConnection {
  let isPressed = false;
  let lastWriteMs = clock.monotonicMs();
  let stopFilling = () => {};
  let stopWaiting = () => {};

  const calm = () => {
    if (!isPressed) return;
    isPressed = false;
    stopWaiting();
    events.pressure(false);
  };
  const press = () => {
    isPressed = true;
    events.pressure(true);
    stopWaiting = alarm(clock, limits.patienceMs, () => response.destroy());
  };
  response.on('drain', calm);
  response.on('close', () => {
    stopFilling();
    stopWaiting();
    if (!response.writableFinished) events.left();
  });
  const write = (text: string) => {
    if (response.destroyed || response.writableEnded) return;
    lastWriteMs = clock.monotonicMs();
    response.write(text);
    if (response.writableLength > limits.bufferedBytes && !isPressed) press();
  };
  return {
    get isOpen() {
      return response.headersSent;
    },
    open(status, headers) {
      if (!response.headersSent && !response.destroyed) response.writeHead(status, { ...baseHeaders, ...headers });
    },
    write,
    end(text = '') {
      stopFilling();
      if (!response.destroyed) response.end(text);
    },
    keepAlive(fill) {
      stopFilling = alarm(
        clock,
        limits.keepAliveMs,
        () => {
          if (clock.monotonicMs() - lastWriteMs >= limits.keepAliveMs * 0.9) fill();
        },
        true,
      );
    },
  };
}
