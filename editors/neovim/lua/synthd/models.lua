-- Models and strategies to pick from. What is picked the server remembers.

local say = require('synthd.say')
local server = require('synthd.server')
local words = require('synthd.words')

local M = {}

local listed = { model = {}, strategy = {} } -- names, for completion

local function names(options)
  return vim.tbl_map(function(option)
    return option.name
  end, options or {})
end

local function take(answer)
  listed.model, listed.strategy = names(answer.models), names(answer.strategies)
end

local function client_here()
  local client = server.any(vim.api.nvim_get_current_buf())
  if not client then
    say.error('no server runs; see :checkhealth synthd')
  end
  return client
end

local function set(client, what, name)
  server.ask(client, 'synthd.pickModel', { [what] = name }, function(answer)
    take(answer)
    say.info(('%s: %s'):format(what, answer[what] or name))
  end)
end

local function label(option, current)
  local parts = { option.name }
  if option.name == current then
    table.insert(parts, 'in use')
  end
  if type(option.note) == 'string' and option.note ~= '' then
    table.insert(parts, option.note) -- also says why it is not ready
  elseif option.ready == false then
    table.insert(parts, 'not ready')
  end
  return table.concat(parts, ' · ')
end

local function choose(client, what, answer)
  local options = what == 'model' and answer.models or answer.strategies
  if not options or #options == 0 then
    return say.info(('no %s to pick from; see :checkhealth synthd'):format(what))
  end
  vim.ui.select(options, {
    prompt = what == 'model' and 'Model:' or 'Strategy:',
    kind = 'synthd.' .. what,
    format_item = function(option)
      return words.short(label(option, answer[what]))
    end,
  }, function(option)
    if option then
      set(client, what, option.name)
    end
  end)
end

-- what: 'model' or 'strategy'. Without a name the user chooses.
function M.pick(what, name)
  local client = client_here()
  if not client then
    return
  end
  if name then
    return set(client, what, name)
  end
  server.ask(client, 'synthd.pickModel', nil, function(answer)
    take(answer)
    choose(client, what, answer)
  end)
end

-- For completion: those that were listed before; plain, or as "model=…".
function M.names(what, plain)
  if what == 'wish' then
    return { 'wish=body', 'wish=repair', 'wish=proof', 'wish=invariant' }
  end
  return vim.tbl_map(function(name)
    return plain and name or what .. '=' .. name
  end, listed[what] or {})
end

return M
