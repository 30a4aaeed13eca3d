-- Messages to the user, so that Neovim never asks for ENTER: one short line each; what does not fit
-- stands above that line for a while. :Synthd log has them all.

local M = {}

local KEPT = 200
local WIDEST = 80
local MOVES = 2000 -- ms, after which a move of the cursor closes it
local CLOSES = 6000 -- ms, after which it closes by itself; thrice that where something is wrong
local CLOSING = { 'CursorMoved', 'CursorMovedI', 'InsertEnter', 'BufEnter', 'CmdlineEnter' }

local history = {}
local popup = nil -- { window =, group = }

-- Whether somebody else shows messages, who has room for all of it: Neovim's own function comes from
-- no file, or from one that is built in.
local function others()
  local source = debug.getinfo(vim.notify, 'S').source
  return vim.startswith(source, '@') and not source:find('vim/_[%w_/]*editor')
end

local function wrapped(text, width)
  local lines = { '' }
  for word in text:gmatch('%S+') do
    local longer = lines[#lines] == '' and word or lines[#lines] .. ' ' .. word
    if vim.fn.strdisplaywidth(longer) > width and lines[#lines] ~= '' then
      table.insert(lines, word)
    else
      lines[#lines] = longer
    end
  end
  return lines
end

local function close()
  if popup then
    local gone = popup
    popup = nil
    pcall(vim.api.nvim_del_augroup_by_id, gone.group)
    pcall(vim.api.nvim_win_close, gone.window, true)
  end
end

-- Above the messages, and never entered.
local function pop_up(text, level)
  close()
  local lines = wrapped(text, math.min(WIDEST, vim.o.columns - 4))
  local widths = vim.tbl_map(vim.fn.strdisplaywidth, lines)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden = 'wipe'
  local window = vim.api.nvim_open_win(bufnr, false, {
    relative = 'editor',
    anchor = 'SE',
    row = vim.o.lines - vim.o.cmdheight - (vim.o.laststatus > 0 and 1 or 0),
    col = vim.o.columns,
    width = math.max(1, math.min(math.max(unpack(widths)), vim.o.columns - 4)),
    height = math.max(1, math.min(#lines, vim.o.lines - 6)),
    style = 'minimal',
    border = 'rounded',
    focusable = false,
    noautocmd = true,
    zindex = 60,
  })
  local own = { window = window, group = vim.api.nvim_create_augroup('synthd.say', {}) }
  popup = own
  local function close_own()
    if popup == own then
      close()
    end
  end
  vim.defer_fn(function()
    if popup == own then
      vim.api.nvim_create_autocmd(CLOSING, { group = own.group, callback = close_own })
    end
  end, MOVES)
  vim.defer_fn(close_own, level > vim.log.levels.INFO and 3 * CLOSES or CLOSES)
end

local function show(text, level)
  local line = vim.trim((text:gsub('%s+', ' '))):gsub('^synthd: ', '')
  table.insert(history, os.date('%H:%M:%S ') .. line)
  if #history > KEPT then
    table.remove(history, 1)
  end
  line = 'synthd: ' .. line
  vim.schedule(function()
    if others() then
      return vim.notify(line, level, { title = 'synthd' })
    end
    close()
    vim.cmd.redraw() -- two messages without a redraw between them would stack up
    if vim.fn.strdisplaywidth(line) <= vim.v.echospace then
      vim.notify(line, level)
    else
      pop_up(line, level)
    end
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

-- Several lines at the cursor, until it moves.
function M.page(lines)
  vim.lsp.util.open_floating_preview(lines, '', {
    border = 'rounded',
    focus_id = 'synthd.page',
    wrap = false,
  })
end

function M.history()
  return vim.deepcopy(history)
end

return M
