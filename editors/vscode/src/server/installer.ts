/** Says once in a window that synthd is missing, and starts it when it has been installed. */

import type * as vscode from 'vscode';
import { findServer } from './find';
import { awaitInstalled, offerToInstall } from './install';
import type { Server } from './server';

export class Installer implements vscode.Disposable {
  private readonly listening: vscode.Disposable;
  private waiting: vscode.Disposable | undefined;
  private said = false;

  constructor(private readonly server: Server) {
    this.listening = server.onPhase((phase) => {
      if (phase !== 'missing' || this.said) return;
      this.said = true;
      void this.offer();
    });
  }

  async offer(): Promise<void> {
    if (!(await offerToInstall())) return;
    this.waiting?.dispose();
    this.waiting = awaitInstalled(
      async () => (await findServer().catch(() => undefined)) !== undefined,
      () => void this.server.restart(),
    );
  }

  dispose(): void {
    this.listening.dispose();
    this.waiting?.dispose();
  }
}
