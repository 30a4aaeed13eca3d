-- The live search tree of a job: what was tried, how good it is, what it cost. One at a time.

local decide = require('synthd.decide')
local jobs = require('synthd.jobs')
local pages = require('synthd.pages')
local say = require('synthd.say')
local server = require('synthd.server')
local tree = require('synthd.tree')

local M = {}

local COLOURS = vim.api.nvim_create_namespace('synthd.search')
local HEAD = 3 -- lines above the tree

local shown = nil -- { bufnr =, job =, nodes =, unfolded =, ids = }

local function client_of(job)
  return vim.lsp.get_client_by_id(job.client_id)
end

local function watch(job, on)
  local client = client_of(job)
  if client and not client:is_stopped() then
    server.ask(client, 'synthd.watchSearch', { job = job.id, on = on }, nil, server.buffer(client, job.uri))
  end
end

local function keys(job)
  if job.state == 'running' then
    return '<CR> code · p prune · s stop · o report · q close'
  elseif job.state == 'ready' then
    return '<CR> code · d diff · o report · q close'
  end
  return '<CR> code · o report · q close'
end

local function heading(job)
  local message = jobs.open(job) and job.progress and job.progress.message or job.message
  local first = ('%s · %s'):format(jobs.name(job), (job.state:gsub('_', ' ')))
  return {
    { { first, 'Title' }, { job.ran and '  ' .. job.ran or '', 'Comment' } },
    { { message ~= job.state and (message or ''):gsub('%c+', ' ') or '' } },
    { { keys(job), 'Comment' } },
  }
end

local function put(bufnr, lines)
  local texts = vim.tbl_map(function(line)
    return table.concat(vim.tbl_map(function(part)
      return part[1]
    end, line))
  end, lines)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, texts)
  vim.bo[bufnr].modifiable = false
  vim.api.nvim_buf_clear_namespace(bufnr, COLOURS, 0, -1)
  for row, line in ipairs(lines) do
    local column = 0
    for _, part in ipairs(line) do
      local last = column + #part[1]
      if part[2] and last > column then
        vim.api.nvim_buf_set_extmark(bufnr, COLOURS, row - 1, column, { end_col = last, hl_group = part[2] })
      end
      column = last
    end
  end
end

local function row_of(id, from)
  for row = from, #shown.ids + HEAD do
    if shown.ids[row - HEAD] == id then
      return row
    end
  end
end

-- The cursor stays at its program, wherever that is now.
local function draw()
  local window = vim.fn.bufwinid(shown.bufnr)
  local at = window ~= -1 and vim.api.nvim_win_get_cursor(window)
  local id = at and shown.ids[at[1] - HEAD]
  local lines = heading(shown.job)
  local running = shown.job.state == 'running'
  local programs, ids = tree.lines(shown.nodes, running, shown.unfolded)
  shown.ids = ids
  if #programs == 0 then
    programs = { { { running and '  no program yet' or '  there was no program', 'Comment' } } }
  end
  put(shown.bufnr, vim.list_extend(lines, programs))
  local row = id and row_of(id, HEAD + 1) or at and at[1]
  if row then
    pcall(vim.api.nvim_win_set_cursor, window, { row, at[2] })
  end
end

local function node_here()
  local id = shown.ids[vim.api.nvim_win_get_cursor(0)[1] - HEAD]
  for _, node in ipairs(shown.nodes) do
    if node.id == id then
      return node
    end
  end
  say.info('put the cursor on a program')
end

local function unfold()
  local node = node_here()
  if node then
    shown.unfolded[node.id] = not shown.unfolded[node.id] or nil
    draw()
    vim.api.nvim_win_set_cursor(0, { row_of(node.id, HEAD + 1), 0 })
  end
end

local function prune()
  local job, node = shown.job, node_here()
  local client = client_of(job)
  if not node or not client then
    return
  elseif job.state ~= 'running' then
    return say.info('this search is over')
  end
  server.ask(client, 'synthd.prune', { job = job.id, node = node.id }, function(answer)
    if answer.pruned == true then
      say.info(('nothing more is made of this %s'):format(node.purpose))
    else
      say.info('too late to prune that one')
    end
  end, server.buffer(client, job.uri))
end

local function stop()
  if shown.job.state == 'running' then
    decide.cancel(shown.job)
  else
    say.info('this search is over')
  end
end

local function report()
  local client = client_of(shown.job)
  if client then
    server.ask(client, 'synthd.showSearch', { job = shown.job.id })
  end
end

local function diff()
  local job = shown.job
  if job.state == 'ready' and job.preview then
    require('synthd.preview').open(job)
  else
    say.info('no edit waits')
  end
end

local function map(bufnr, key, act, what)
  vim.keymap.set('n', key, act, { buffer = bufnr, nowait = true, silent = true, desc = what })
end

local function window_for(job)
  local bufnr = pages.scratch('synthd://search', {})
  vim.bo[bufnr].filetype = 'synthd-search'
  vim.wo.wrap, vim.wo.number, vim.wo.relativenumber = false, false, false
  vim.wo.cursorline, vim.wo.signcolumn = true, 'no'
  map(bufnr, '<CR>', unfold, 'Show or hide the program')
  map(bufnr, 'p', prune, 'Prune: nothing more is made of this program')
  map(bufnr, 's', stop, 'Stop the search')
  map(bufnr, 'o', report, 'The whole search as a page')
  map(bufnr, 'd', diff, 'The diff of the finished edit')
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = function()
      local gone = shown
      shown = nil
      if gone and not gone.done then
        watch(gone.job, false)
      end
    end,
  })
  return bufnr
end

function M.show(job)
  if shown and shown.job ~= job and not shown.done then
    watch(shown.job, false)
  end
  local bufnr = shown and shown.bufnr
  local window = bufnr and vim.fn.bufwinid(bufnr) or -1
  if window == -1 then
    bufnr = window_for(job)
  else
    vim.api.nvim_set_current_win(window)
  end
  local same = shown and shown.job == job
  shown = { bufnr = bufnr, job = job, ids = {}, nodes = same and shown.nodes or {}, unfolded = {} }
  draw()
  pcall(vim.api.nvim_win_set_cursor, 0, { HEAD + 1, 0 })
  watch(job, true)
end

-- synthd/search: the whole tree, again and again.
function M.take(told)
  if shown and shown.job.id == told.job then
    shown.nodes, shown.done = told.nodes, told.done
    draw()
  end
end

-- A job stands otherwise.
function M.changed(job)
  if shown and shown.job == job then
    draw()
  end
end

-- Whether who is in a buffer looks at a job: at its code, or at its search.
function M.looks(job, code)
  return function(bufnr)
    return bufnr == code or (shown ~= nil and shown.job == job and shown.bufnr == bufnr)
  end
end

return M
