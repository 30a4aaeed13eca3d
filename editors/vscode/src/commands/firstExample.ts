/** A docstring's first example: the snippet for it, where the user is to fill in call and result. */

import * as vscode from 'vscode';
import type { VerifiedFunction } from '../protocol';

interface Place {
  readonly at: vscode.Position;
  readonly before: string;
  /** More than that of the line that it is put into, which the editor adds itself. */
  readonly indent: string;
  readonly after: string;
}

export async function writeExample(uri: vscode.Uri, one: VerifiedFunction): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const signature = endOfSignature(document, one.line);
  if (signature === undefined) return;
  const place = inDocstring(document, signature) ?? withoutDocstring(document, signature);
  const editor = await vscode.window.showTextDocument(document);
  const lines = example(one.function, document.lineAt(one.line).text);
  const text = place.before + lines.join(`\n${place.indent}`) + place.after;
  await editor.insertSnippet(new vscode.SnippetString(text), place.at);
}

/** Python's own form of an example: it says the call, then what that gives. */
function example(name: string, head: string): string[] {
  const parts = name.split('.');
  const own = parts.pop() ?? name;
  const call = [...parts.map((part, at) => `${part}(\${${String(at + 3)}})`), `${own}($1)`].join('.');
  const awaited = /^\s*async\s/u.test(head);
  const lines = awaited ? ['>>> import asyncio', `>>> asyncio.run(${call})`] : [`>>> ${call}`];
  return [...lines, '${2:what it gives}'];
}

function endOfSignature(document: vscode.TextDocument, first: number): number | undefined {
  let open = 0;
  for (let line = first; line < document.lineCount; line += 1) {
    const code = document.lineAt(line).text.replace(/#.*$/u, '').trimEnd();
    open += (code.match(/[([{]/gu) ?? []).length - (code.match(/[)\]}]/gu) ?? []).length;
    if (open <= 0) return code.endsWith(':') ? line : undefined;
  }
  return undefined;
}

function withoutDocstring(document: vscode.TextDocument, signature: number): Place {
  const at = document.lineAt(signature).range.end;
  return { at, before: '\n\t"""${9:What it does.}\n\n\t', indent: '\t', after: '\n\t"""' };
}

/** Where its text ends. Undefined where there is none. */
function inDocstring(document: vscode.TextDocument, signature: number): Place | undefined {
  const first = signature + 1;
  if (first >= document.lineCount) return undefined;
  const line = document.lineAt(first);
  const opening = /^\s*[rRuU]?("""|''')/u.exec(line.text);
  const quotes = opening?.[1];
  if (opening === null || quotes === undefined) return undefined;
  const same = line.text.indexOf(quotes, opening[0].length);
  if (same >= 0) return { at: new vscode.Position(first, same), before: '\n\n', indent: '', after: '\n' };
  for (let last = first + 1, text = first; last < document.lineCount; last += 1) {
    const { text: row, isEmptyOrWhitespace, range } = document.lineAt(last);
    const closing = row.indexOf(quotes);
    if (closing > 0 && row.slice(0, closing).trim() !== '')
      return { at: new vscode.Position(last, closing), before: '\n\n', indent: '', after: '\n' };
    if (closing >= 0)
      return { at: document.lineAt(text).range.end, before: '\n\n', indent: '', after: '' };
    if (!isEmptyOrWhitespace) text = range.start.line;
  }
  return undefined;
}
