/** What the server says in words: into the log, and shown unless that is done in another way. */

import * as vscode from 'vscode';
import {
  MessageType,
  ShowMessageNotification,
  ShowMessageRequest,
  type LanguageClient,
} from 'vscode-languageclient/node';

export const MOMENT = 150; // a job's end is announced right after the message about it

export class Messages {
  /** What was shown in another way, with its buttons. */
  private readonly shown = new Set<string>();
  private readonly asked = new Set<string>();

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Called by who shows a job's end itself. */
  shows(message: string): void {
    forAWhile(this.shown, message);
  }

  /** Whether the server itself has just asked the user about it. */
  isAsked(message: string): boolean {
    return this.asked.has(message);
  }

  takeOver(client: LanguageClient): void {
    client.onNotification(ShowMessageNotification.type, ({ type, message }) => {
      this.log.info(message);
      setTimeout(() => {
        if (!this.shown.has(bare(message))) void ways(type)(message);
      }, MOMENT);
    });
    client.onRequest(ShowMessageRequest.type, async ({ type, message, actions }) => {
      forAWhile(this.asked, bare(message));
      return (await ways(type)(message, ...(actions ?? []))) ?? null;
    });
  }
}

function forAWhile(set: Set<string>, message: string): void {
  set.add(message);
  setTimeout(() => set.delete(message), 10 * MOMENT);
}

const bare = (message: string): string => message.replace(/^synthd: /u, '');

function ways(type: MessageType): typeof vscode.window.showInformationMessage {
  if (type === MessageType.Error) return vscode.window.showErrorMessage;
  if (type === MessageType.Warning) return vscode.window.showWarningMessage;
  return vscode.window.showInformationMessage;
}
