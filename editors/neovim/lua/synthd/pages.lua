-- Texts to read: certificates, searches, failures (files or documents of the server's), and the log.

local say = require('synthd.say')
local server = require('synthd.server')

local M = {}

local TAIL = '60' -- lines of the daemon's log

local function read_only(bufnr)
  vim.bo[bufnr].modifiable = false
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, silent = true, desc = 'Close' })
end

-- window/showDocument: a split, unless a window shows it already. True where it is shown.
function M.show(told)
  if told.external then
    return vim.ui.open(told.uri) ~= nil
  end
  local name = vim.uri_to_fname(told.uri)
  local origin = vim.api.nvim_get_current_win()
  local bufnr = vim.fn.bufadd(name)
  local window = vim.fn.bufwinid(bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
    vim.cmd.checktime({ args = { tostring(bufnr) } })
  else
    -- What others do to a page of this type may fail; the page is there all the same.
    pcall(vim.cmd.sbuffer, { args = { tostring(bufnr) }, mods = { split = 'botright', silent = true } })
  end
  if vim.api.nvim_get_current_buf() ~= bufnr then
    return false
  end
  if vim.bo[bufnr].filetype == 'markdown' then
    vim.bo[bufnr].autoread = true
    read_only(bufnr)
  end
  if told.selection then
    pcall(vim.api.nvim_win_set_cursor, 0, { told.selection.start.line + 1, 0 })
  end
  if told.takeFocus == false then
    vim.api.nvim_set_current_win(origin)
  end
  return true
end

-- A split with a text of our own; q closes it.
function M.scratch(name, lines)
  vim.cmd.new({ mods = { split = 'botright' } })
  local bufnr = vim.api.nvim_get_current_buf()
  vim.bo[bufnr].buftype = 'nofile'
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].swapfile = false
  pcall(vim.api.nvim_buf_set_name, bufnr, name)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  read_only(bufnr)
  return bufnr
end

local function append(bufnr, lines)
  if vim.api.nvim_buf_is_valid(bufnr) then
    vim.bo[bufnr].modifiable = true
    vim.api.nvim_buf_set_lines(bufnr, -1, -1, false, lines)
    vim.bo[bufnr].modifiable = false
  end
end

-- What this Neovim was told, and the end of the daemon's log.
function M.log()
  local lines = { 'Messages in this Neovim', '' }
  vim.list_extend(lines, say.history())
  vim.list_extend(lines, { '', "Neovim's log of language servers: " .. vim.lsp.log.get_filename(), '' })
  local bufnr = M.scratch('synthd://log', lines)
  local program = server.program()
  if not program then
    return
  end
  append(bufnr, { "The daemon's log", '' })
  vim.list_extend(program, { 'daemon', 'logs', '--lines', TAIL })
  local fine, problem = pcall(vim.system, program, { text = true, timeout = 10000 }, function(ended)
    local out = vim.trim((ended.stdout or '') .. (ended.stderr or ''))
    vim.schedule(function()
      append(bufnr, vim.split(out ~= '' and out or 'empty', '\n'))
    end)
  end)
  if not fine then
    append(bufnr, vim.split(tostring(problem), '\n'))
  end
end

return M
