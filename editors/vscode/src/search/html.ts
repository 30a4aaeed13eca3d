/** The page's frame. Only its own script and style may run or load; nothing comes from outside. */

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

export function page(webview: vscode.Webview, dist: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const at = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" nonce="${nonce}" href="${at('search.css')}">
<title>synthd: search</title>
</head>
<body>
<header>
<h1 id="name"></h1><span id="state" class="badge"></span>
<button id="stop" type="button" hidden>Stop</button>
<p id="message" role="status" aria-live="polite"></p>
<p id="where"></p>
</header>
<p id="empty">No program yet.</p>
<ul id="tree" role="tree" aria-label="programs of the search"></ul>
<script nonce="${nonce}" src="${at('search.js')}"></script>
</body>
</html>`;
}
