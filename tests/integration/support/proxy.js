/*
 * proxy.js: a door in front of the server that shows every answer to the observer, for clients that are not in this process.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

const http = require('node:http');

/* Starts it; {url, close}. */
function observedDoor(server, observe) {
  const door = http.createServer((request, response) => {
    const onward = http.request({
      host: server.host, port: server.port, method: request.method, path: request.url, headers: request.headers,
    }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        let json;
        try {
          json = JSON.parse(body);
        } catch {
          json = undefined;
        }
        observe({ method: request.method, url: request.url, status: answer.statusCode, headers: answer.headers, json });
        response.writeHead(answer.statusCode, answer.headers);
        response.end(body);
      });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return new Promise((resolve) => {
    door.listen(0, '127.0.0.1', () => resolve({
      url: `http://127.0.0.1:${door.address().port}`,
      close: () => new Promise((closed) => {
        door.closeAllConnections();
        door.close(closed);
      }),
    }));
  });
}

module.exports = { observedDoor };
