/** A server that stops ends its connections with what they carry. */
import type { FastifyInstance } from 'fastify';

/**
 * Node looks no more for slow requests once a server closes, so that one that never ends would hold
 * it for ever: it is cut off here.
 *
 * @param requestMs  how long a request may take.
 */
export function endWhenClosing(app: FastifyInstance, requestMs: number): void {
  let isClosing = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) void reply.header('connection', 'close');
    done();
  });
  app.addHook('preClose', (done) => {
    isClosing = true;
    const cutOff = setTimeout(() => app.server.closeAllConnections(), requestMs);
    app.server.once('close', () => clearTimeout(cutOff));
    done();
  });
}
