/**
 * A message that a schedule holds back: the nth of that command (lower case, from 1, over all of the host's connections) that the host
 * sends, or the reply to it, travels so much longer. What comes after it on the same connection comes after it still.
 *
 * JavaScript hosts are single-threaded, so that all a schedule can decide is when messages reach Redis and replies reach hosts.
 */
export interface Hold {
  readonly host: string;
  readonly way: 'request' | 'reply';
  readonly command: string;
  readonly nth: number;
  /** In µs. */
  readonly byUs: number;
}
