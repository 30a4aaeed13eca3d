/** Finds the `synthd` to run. Nothing of a workspace that is not trusted is ever run. */

import { access, constants, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { serverPath } from '../settings';
import { activeInterpreter } from './python';

const NAME = process.platform === 'win32' ? 'synthd.exe' : 'synthd';

export interface Found {
  readonly command: string;
  readonly from: string;
}

/** The path that is set is not a program: no other is taken in its place. */
export class WrongPath extends Error {
  constructor(readonly path: string) {
    super(`The setting synthd.path names ${path}, which cannot be run. Mend or clear it.`);
  }
}

/** The first that can be run, in the order of how much the user has said about it. */
export async function findServer(): Promise<Found | undefined> {
  const set = expanded(serverPath());
  if (set !== '') {
    if (isAbsolute(set) && (await runs(set))) return { command: set, from: 'synthd.path' };
    throw new WrongPath(set);
  }
  for await (const found of candidates()) if (await runs(found.command)) return found;
  return undefined;
}

async function* candidates(): AsyncGenerator<Found> {
  if (vscode.workspace.isTrusted) {
    const python = await activeInterpreter();
    if (python !== undefined)
      yield { command: join(dirname(python), NAME), from: 'the active Python environment' };
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter))
    if (isAbsolute(folder)) yield { command: join(folder, NAME), from: 'PATH' };
  yield { command: join(homedir(), '.local', 'bin', NAME), from: '~/.local/bin' };
}

function expanded(path: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return path.replace(/^~(?=$|[\\/])/u, homedir()).replace('${workspaceFolder}', folder);
}

async function runs(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
