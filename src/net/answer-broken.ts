/** What is no HTTP, or came too slowly: there is no request to answer, only a connection. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../errors.ts';

const BROKEN: Readonly<Record<string, { status: number; message: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, message: 'the request came too slowly' },
  HPE_HEADER_OVERFLOW: { status: 431, message: 'the headers are too large' },
};

/** @returns a `clientErrorHandler`, which answers with this code and remedy and closes. */
export const answerBroken =
  (code: ErrorCode, remedy: string) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { status, message } = BROKEN[error.code ?? ''] ?? {
      status: 400,
      message: 'the request is not HTTP',
    };
    const body = JSON.stringify({ code, message, remedy });
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
  };
