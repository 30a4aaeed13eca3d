/** How synthd would be installed: one command, which the user sees and may change before it is run. */

import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { installCommand } from '../settings';
import { activeInterpreter } from './python';

const HOME = '~/.local/share/synthd/venv';

/** Runs it in a terminal. True where that has begun. */
export async function install(): Promise<boolean> {
  const command = installCommand() || (await fromClone());
  if (command === undefined) return false;
  const agreed = await vscode.window.showInputBox({
    title: 'synthd: install with this command?',
    prompt: `Enter runs it in a terminal, Escape runs nothing: ${command}`,
    value: command,
    valueSelection: [0, 0],
    ignoreFocusOut: true,
  });
  if (agreed === undefined || agreed.trim() === '') return false;
  const terminal = vscode.window.createTerminal({ name: 'Install synthd' });
  terminal.show();
  terminal.sendText(agreed);
  return true;
}

/** synthd is on no package index: a package of that name there would be somebody else's. */
async function fromClone(): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: 'synthd: where is the clone of its repository?',
    openLabel: 'Install from here',
    canSelectFolders: true,
    canSelectFiles: false,
  });
  const folder = chosen?.[0]?.fsPath;
  if (folder === undefined) return undefined;
  if (await isClone(folder)) return commandFor(folder);
  void vscode.window.showErrorMessage(
    `synthd: ${folder} is no clone of synthd: its pyproject.toml does not name it.`,
  );
  return undefined;
}

async function isClone(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'pyproject.toml'), 'utf8').catch(() => '');
  return /^name\s*=\s*["']synthd["']/mu.test(text);
}

/** Into the environment that is worked in; else where programs of one's own are kept. */
async function commandFor(folder: string): Promise<string> {
  const what = quoted(`${folder}[local]`);
  const python = vscode.workspace.isTrusted ? await activeInterpreter() : undefined;
  if (python !== undefined) return `${program(python)} -m pip install ${what}`;
  if (await onPath('pipx')) return `pipx install ${what}`;
  if (process.platform === 'win32') return `py -m pip install --user ${what}`;
  const link = `mkdir -p ~/.local/bin && ln -sf ${HOME}/bin/synthd ~/.local/bin/synthd`;
  return `python3 -m venv ${HOME} && ${HOME}/bin/pip install ${what} && ${link}`;
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

const program = (path: string): string =>
  process.platform === 'win32' ? `& ${quoted(path)}` : quoted(path);

function quoted(path: string): string {
  if (process.platform === 'win32') return `"${path}"`;
  return /^[\w./-]+$/u.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
