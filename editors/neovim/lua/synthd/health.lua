-- :checkhealth synthd

local server = require('synthd.server')

local M = {}

local PATIENCE = 15000 -- ms for each program that is run

-- The output of `synthd words…`, or nil and why not.
local function run(program, ...)
  local command = vim.list_extend(vim.deepcopy(program), { ... })
  local fine, started = pcall(vim.system, command, { text = true })
  if not fine then
    return nil, tostring(started)
  end
  local ended = started:wait(PATIENCE)
  if vim.trim(ended.stdout or '') == '' then
    local why = vim.trim(ended.stderr or '')
    return nil, why ~= '' and why or ('exit status %d'):format(ended.code)
  end
  return vim.trim(ended.stdout)
end

local function rows(text)
  local found = {}
  for line in vim.gsplit(text or '', '\n') do
    local fine, row = pcall(vim.json.decode, line, { luanil = { object = true, array = true } })
    if fine and type(row) == 'table' then
      table.insert(found, row)
    end
  end
  return found
end

local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. version)
  else
    vim.health.error(('Neovim %s is too old: install 0.11 or newer'):format(version))
  end
end

-- The command line of synthd, or nil after saying what is wrong.
local function check_program()
  local program = server.program()
  if not program or #program == 0 then
    vim.health.warn('the server is started in a way of your own; its program is not checked')
    return nil
  end
  if vim.fn.executable(program[1]) == 0 then
    vim.health.error(program[1] .. ' is not found', {
      'install it: pip install synthd',
      "or name it: vim.lsp.config('synthd', { cmd = { '/path/to/synthd', 'lsp' } })",
    })
    return nil
  end
  local version, problem = run(program, '--version')
  if not version then
    vim.health.error(('%s does not run: %s'):format(table.concat(program, ' '), problem))
    return nil
  end
  vim.health.ok(('%s (%s)'):format(version, vim.fn.exepath(program[1])))
  return program
end

local function check_server()
  if not vim.lsp.is_enabled('synthd') then
    vim.health.warn('the server is not enabled', "put into init.lua: vim.lsp.enable('synthd')")
  end
  local clients = vim.lsp.get_clients({ name = 'synthd' })
  if #clients == 0 then
    vim.health.info('no buffer uses it now: open a Python or Rust file')
  end
  for _, client in ipairs(clients) do
    local info = client.server_info or {}
    local buffers = vim.tbl_count(client.attached_buffers)
    vim.health.ok(
      ('%s %s serves %d buffer(s) in %s'):format(
        info.name or 'synthd',
        info.version or '',
        buffers,
        client.root_dir or 'single files, without a project'
      )
    )
    local trusted = (client.config.init_options or {}).trusted
    if trusted == false then
      vim.health.warn('this folder is not trusted: synthd runs nothing in it')
    end
  end
end

local function check_daemon(program)
  local text, problem = run(program, 'daemon', 'status', '--json')
  local told = rows(text)[1]
  if not told then
    vim.health.error('the daemon does not answer: ' .. (problem or text), 'synthd daemon logs')
  elseif not told.running then
    vim.health.info('it does not run: it starts with the first job or buffer')
  else
    vim.health.ok(('it runs (pid %s)'):format(told.pid or '?'))
  end
  if told and told.last_crash then
    vim.health.warn('it crashed the last time', 'synthd daemon logs')
  end
end

local function check_machine(program)
  local text, problem = run(program, 'doctor', '--json')
  if not text then
    return vim.health.error('synthd doctor: ' .. problem)
  end
  for _, row in ipairs(rows(text)) do
    local line = ('%s: %s'):format(row.what, row.found)
    if row.what == 'Neovim' then
      line = nil -- this one
    elseif row.state == 'ok' then
      vim.health.ok(line)
    elseif row.state == 'optional' then
      vim.health.info(line .. (row.fix ~= '' and ('. To have it: ' .. row.fix) or ''))
    else
      vim.health.error(line, row.fix ~= '' and row.fix or nil)
    end
  end
end

function M.check()
  vim.health.start('synthd: editor')
  check_neovim()
  local program = check_program()
  vim.health.start('synthd: language server')
  check_server()
  if program then
    vim.health.start('synthd: daemon')
    check_daemon(program)
    vim.health.start('synthd: this machine (synthd doctor)')
    check_machine(program)
  end
end

return M
