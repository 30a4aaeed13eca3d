/** How the functions of open documents stand, as the server told last. */

import * as vscode from 'vscode';
import type { Target, Verification, VerifiedFunction } from './protocol';
import type { Server } from './server/server';

export class Standings implements vscode.Disposable {
  private readonly told = new Map<string, Verification>();
  private readonly disposables: vscode.Disposable[];

  constructor(server: Server) {
    this.disposables = [
      server.onVerification((news) => this.told.set(news.uri, news)),
      server.onPhase(() => {
        this.told.clear();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.told.delete(uri.toString())),
    ];
  }

  /** The function that a place is in, if what was told is about the text as it is. */
  at({ textDocument, position }: Target): VerifiedFunction | undefined {
    const news = this.told.get(vscode.Uri.parse(textDocument.uri, true).toString());
    const document = vscode.workspace.textDocuments.find(
      ({ uri }) => uri.toString() === news?.uri,
    );
    if (news === undefined || document?.version !== news.version) return undefined;
    return news.functions.filter(({ line }) => line <= position.line).at(-1);
  }

  dispose(): void {
    vscode.Disposable.from(...this.disposables).dispose();
  }
}
