/*
 * redoc.js: puts Redoc on the page /redoc.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
'use strict';

window.addEventListener('load', () => {
  window.Redoc.init('/openapi.json', { disableSearch: false, hideDownloadButton: false }, document.getElementById('redoc'));
});
