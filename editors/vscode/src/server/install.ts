/** Offers to install synthd: asks first, then types one visible command into a terminal. */

import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { activeInterpreter } from './python';

const EVERY = 2_000;
const LONGEST = 10 * 60_000;

/** True where an installation has begun, for which awaitInstalled may wait. */
export async function offerToInstall(): Promise<boolean> {
  const command = await installCommand();
  const install = 'Install…';
  const set = 'Set synthd.path';
  const chosen = await vscode.window.showWarningMessage(
    `synthd was not found. To install it, this command would be run in a terminal: ${command}`,
    install,
    set,
  );
  if (chosen === set) {
    await vscode.commands.executeCommand('workbench.action.openSettings', 'synthd.path');
    return false;
  }
  if (chosen !== install) return false;
  const terminal = vscode.window.createTerminal({ name: 'Install synthd' });
  terminal.show();
  terminal.sendText(command);
  return true;
}

/** Into the environment that is worked in; else where programs of one's own are kept. */
async function installCommand(): Promise<string> {
  const python = vscode.workspace.isTrusted ? await activeInterpreter() : undefined;
  if (python !== undefined) return `${quoted(python)} -m pip install synthd`;
  if (await onPath('pipx')) return 'pipx install synthd';
  return `${process.platform === 'win32' ? 'py' : 'python3'} -m pip install --user synthd`;
}

async function onPath(name: string): Promise<boolean> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

function quoted(path: string): string {
  if (process.platform === 'win32') return `& "${path}"`;
  return /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** Calls `installed` once `look` finds it, for as long as an installation may take. */
export function awaitInstalled(
  look: () => Promise<boolean>,
  installed: () => void,
): vscode.Disposable {
  const begun = Date.now();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().then((found) => {
      looking = false;
      if (found || Date.now() - begun > LONGEST) clearInterval(timer);
      if (found) installed();
    });
  }, EVERY);
  return new vscode.Disposable(() => {
    clearInterval(timer);
  });
}
