/*
 * docs.js: puts Swagger UI on the page /docs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

window.addEventListener('load', () => {
  window.SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, tryItOutEnabled: true });
});
