/** Registers commands so that a failure is said, not lost. */

import * as vscode from 'vscode';

export type Command = (...given: unknown[]) => unknown;

export function command(
  log: vscode.LogOutputChannel,
  name: string,
  run: Command,
): vscode.Disposable {
  return vscode.commands.registerCommand(name, async (...given: unknown[]) => {
    try {
      return await run(...given);
    } catch (failure) {
      const message = failure instanceof Error ? failure.message : String(failure);
      log.error(`${name}: ${message}`);
      void vscode.window
        .showErrorMessage(`synthd: ${message}`, 'Show log')
        .then((chosen) => {
          if (chosen !== undefined) log.show();
        });
      return undefined;
    }
  });
}
