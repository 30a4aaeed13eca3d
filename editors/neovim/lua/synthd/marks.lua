-- The state of each function, as virtual text at its line. The marks follow edits; a function that
-- is edited loses its mark until the server has looked at the new text.

local jobs = require('synthd.jobs')
local options = require('synthd.options')
local server = require('synthd.server')
local words = require('synthd.words')

local M = {}

local DRAWN = vim.api.nvim_create_namespace('synthd.marks')
local ASKED = vim.api.nvim_create_namespace('synthd.asked') -- where jobs were asked for; no text

local FAR = 200 -- lines

local known = {} -- by buffer: { { mark =, told =, touched = } … } in the order of lines

local function row_of(bufnr, namespace, mark)
  local at = vim.api.nvim_buf_get_extmark_by_id(bufnr, namespace, mark, { details = true })
  return at[1] and not at[3].invalid and at[1] or nil
end

local function draw(bufnr, row, mark, text, group)
  return vim.api.nvim_buf_set_extmark(bufnr, DRAWN, row, 0, {
    id = mark,
    virt_text = text and { { ' ' .. text, group } } or {},
    virt_text_pos = 'eol_right_align', -- code lenses stand right behind the code
    hl_mode = 'combine',
    priority = 9000, -- above the lenses': else Neovim lays those out after it, off the screen
    invalidate = true,
  })
end

local function jobs_of(bufnr)
  local name = vim.api.nvim_buf_get_name(bufnr)
  return jobs.list(function(job)
    return vim.uri_to_fname(job.uri) == name
  end)
end

-- Whether it has something to show: until its end, or, unsolved, until the next change.
local function showing(bufnr)
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  return function(job)
    return jobs.open(job) or (jobs.failed(job) and job.ended_tick == tick)
  end
end

-- The jobs to show by the row of their function. A job whose function the server has not named is
-- at the row where it was asked for.
local function jobs_by_row(bufnr, rows)
  local at = {}
  local found = vim.tbl_filter(showing(bufnr), jobs_of(bufnr))
  for index = #found, 1, -1 do -- the newest last, so that it counts
    local job = found[index]
    local row = rows[job['function']] or (job.asked_mark and row_of(bufnr, ASKED, job.asked_mark))
    if row then
      at[row] = job
    end
  end
  return at
end

local function undraw(bufnr, job)
  if job.drawn then
    vim.api.nvim_buf_del_extmark(bufnr, DRAWN, job.drawn)
    job.drawn = nil
  end
end

local function draw_known(bufnr, one, row, job)
  if job then
    draw(bufnr, row, one.mark, words.job(job))
  elseif one.touched then
    draw(bufnr, row, one.mark)
  else
    draw(bufnr, row, one.mark, words.standing(one.told))
  end
end

function M.redraw(bufnr)
  if not options.get('virtual_text') or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local rows = {}
  for _, one in ipairs(known[bufnr] or {}) do
    rows[one.told['function']] = row_of(bufnr, DRAWN, one.mark)
  end
  local at = jobs_by_row(bufnr, rows)
  for _, one in ipairs(known[bufnr] or {}) do
    local row = row_of(bufnr, DRAWN, one.mark)
    if row then
      draw_known(bufnr, one, row, at[row])
      if at[row] then
        undraw(bufnr, at[row])
        at[row] = nil
      end
    end
  end
  for _, job in ipairs(jobs_of(bufnr)) do
    if not showing(bufnr)(job) then
      undraw(bufnr, job)
    end
  end
  for row, job in pairs(at) do
    job.drawn = draw(bufnr, row, job.drawn, words.job(job))
  end
end

-- Lines first to last were changed: what is known about the functions there holds no longer. The
-- end of a function is not known here, so the nearest one above counts as changed, too.
local function touch(bufnr, first, last)
  local nearest, changed
  for _, one in ipairs(known[bufnr] or {}) do
    local row = row_of(bufnr, DRAWN, one.mark)
    if row and row < first then
      nearest = one
    elseif row and row <= last then
      changed, one.touched = true, true
    end
  end
  if nearest and not nearest.touched then
    changed, nearest.touched = true, true
  end
  if changed then
    vim.schedule(function()
      M.redraw(bufnr)
    end)
  end
end

local function follow(bufnr)
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function(_, _, _, first, _, last)
      if not known[bufnr] then
        return true
      end
      touch(bufnr, first, math.max(first, last - 1))
    end,
    on_reload = function()
      M.clear(bufnr)
    end,
    on_detach = function()
      known[bufnr] = nil
    end,
  })
end

-- synthd/verification: the whole list, of one version of the document.
function M.verification(client, told)
  local bufnr = server.buffer(client, told.uri)
  if not bufnr or vim.lsp.util.buf_versions[bufnr] ~= told.version then
    return
  end
  if not known[bufnr] then
    follow(bufnr)
  end
  for _, one in ipairs(known[bufnr] or {}) do
    vim.api.nvim_buf_del_extmark(bufnr, DRAWN, one.mark)
  end
  known[bufnr] = {}
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  for _, one in ipairs(told.functions) do
    if one.line <= last then
      table.insert(known[bufnr], { told = one, mark = draw(bufnr, one.line) })
    end
  end
  table.sort(known[bufnr], function(one, other)
    return one.told.line < other.told.line
  end)
  M.redraw(bufnr)
end

-- What the server last said of the function at or above a line (from 0), or nil.
function M.at(bufnr, line)
  local found
  for _, one in ipairs(known[bufnr] or {}) do
    local row = row_of(bufnr, DRAWN, one.mark)
    if row and row <= line then
      found = one.told
    end
  end
  return found
end

-- The line and name of the function around a line (from 0), as far as can be seen without a parser:
-- what is shown until the server has told which function it is.
local function header(bufnr, line)
  local lines = vim.api.nvim_buf_get_lines(bufnr, math.max(0, line - FAR), line + 1, false)
  for above = 0, #lines - 1 do
    local text = lines[#lines - above]
    local name = text:match('%f[%w]def%s+([%w_]+)') or text:match('%f[%w]fn%s+([%w_]+)')
    if name then
      return line - above, name
    end
  end
  return line, ''
end

-- Remembers where a job was asked for, wherever edits will move it: a mark, and the function's name.
function M.remember(bufnr, line)
  local row, name = header(bufnr, line)
  return vim.api.nvim_buf_set_extmark(bufnr, ASKED, row, 0, {}), name
end

function M.clear(bufnr)
  known[bufnr] = nil
  if not vim.api.nvim_buf_is_valid(bufnr) then
    return
  end
  vim.api.nvim_buf_clear_namespace(bufnr, DRAWN, 0, -1)
  for _, job in ipairs(jobs_of(bufnr)) do
    job.drawn = nil
  end
end

return M
