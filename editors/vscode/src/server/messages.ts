/** What the server says in words: into the log, and shown only as far as the user wants it. */

import * as vscode from 'vscode';
import { MessageType, ShowMessageNotification, type LanguageClient } from 'vscode-languageclient/node';
import { notifications } from '../settings';

const MOMENT = 150; // a job's end is announced right after the message about it

export class Messages {
  /** What was shown in another way, with its buttons. */
  private readonly shown = new Set<string>();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Called by who shows a job's end itself. */
  shows(message: string): void {
    this.shown.add(message);
    setTimeout(() => this.shown.delete(message), 10 * MOMENT);
  }

  takeOver(client: LanguageClient): void {
    client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
      this.log.info(message);
      setTimeout(() => {
        if (!this.shown.has(message)) show(type, message);
      }, MOMENT);
    });
  }
}

function show(type: MessageType, message: string): void {
  const wanted = notifications();
  if (type === MessageType.Error) void vscode.window.showErrorMessage(message);
  else if (type === MessageType.Warning) void vscode.window.showWarningMessage(message);
  else if (wanted === 'always') void vscode.window.showInformationMessage(message);
}
