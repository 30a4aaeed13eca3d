/** Where the user is: what a command without an argument is about. */

import * as vscode from 'vscode';
import type { Target } from './protocol';

const LANGUAGES = ['python', 'rust'];

export const SELECTOR = LANGUAGES.map((language) => ({ scheme: 'file', language }));

export function isOurs(document: vscode.TextDocument): boolean {
  return document.uri.scheme === 'file' && LANGUAGES.includes(document.languageId);
}

/** The function at the cursor, or undefined after telling the user what to do. */
export function targetHere(): Target | undefined {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !isOurs(editor.document)) {
    void vscode.window.showInformationMessage(
      'synthd: put the cursor into a function of a Python or Rust file first.',
    );
    return undefined;
  }
  const { line, character } = editor.selection.active;
  return {
    textDocument: { uri: editor.document.uri.toString() },
    position: { line, character },
  };
}

/** What a lens or a code action hands over; from the palette there is none. */
export function targetOf(given: unknown): Target | undefined {
  return isTarget(given) ? given : targetHere();
}

function isTarget(given: unknown): given is Target {
  return (
    typeof given === 'object' && given !== null && 'textDocument' in given && 'position' in given
  );
}
