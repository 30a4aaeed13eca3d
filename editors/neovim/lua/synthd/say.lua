-- Messages to the user: one short line each, so that Neovim never asks for ENTER. :Synthd log has
-- them whole.

local M = {}

local KEPT = 200
local history = {}

local function cut(line)
  local room = math.max(20, vim.v.echospace)
  if vim.fn.strdisplaywidth(line) <= room then
    return line
  end
  while vim.fn.strdisplaywidth(line) > room - 1 do
    line = vim.fn.strcharpart(line, 0, vim.fn.strchars(line) - 1)
  end
  return line .. '…'
end

local function show(text, level)
  local line = vim.trim((text:gsub('%s+', ' '))):gsub('^synthd: ', '')
  table.insert(history, os.date('%H:%M:%S ') .. line)
  if #history > KEPT then
    table.remove(history, 1)
  end
  vim.schedule(function()
    vim.cmd.redraw() -- two messages without a redraw between them would stack up
    vim.notify(cut('synthd: ' .. line), level)
  end)
end

function M.info(text)
  show(text, vim.log.levels.INFO)
end

function M.warn(text)
  show(text, vim.log.levels.WARN)
end

function M.error(text)
  show(text, vim.log.levels.ERROR)
end

function M.history()
  return vim.deepcopy(history)
end

return M
