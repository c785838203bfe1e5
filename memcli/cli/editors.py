"""How is an editor told to start mem lsp? What the page of mem lsp says of each, to be copied as it stands."""

SETUP = """\b
Neovim 0.11 or newer:
  -- in ~/.config/nvim/init.lua
  vim.lsp.config('mem', {cmd = {'mem', 'lsp'}, filetypes = {'markdown'},
                         root_markers = {'.mem'}})
  vim.lsp.enable('mem')

\b
Neovim 0.7 to 0.10:
  -- in ~/.config/nvim/init.lua
  vim.api.nvim_create_autocmd('FileType', {pattern = 'markdown',
    callback = function()
      local top = vim.fn.finddir('.mem', vim.fn.expand('%:p:h') .. ';')
      if top == '' then return end
      if not vim.g.mem_lsp then
        vim.g.mem_lsp = vim.lsp.start_client({name = 'mem',
          cmd = {'mem', 'lsp'}, root_dir = vim.fn.fnamemodify(top, ':p:h:h')})
      end
      vim.bo.omnifunc = 'v:lua.vim.lsp.omnifunc'
      vim.lsp.buf_attach_client(0, vim.g.mem_lsp)
    end})

\b
Neovim, all versions:
  -- in ~/.config/nvim/init.lua too
  -- read files again that an action wrote
  vim.api.nvim_create_autocmd({'FocusGained', 'CursorHold'},
    {command = 'silent! checktime'})
  -- keys; the last three are there already since 0.11
  vim.keymap.set('n', 'gd', vim.lsp.buf.definition)
  vim.keymap.set('n', 'K', vim.lsp.buf.hover)
  vim.keymap.set('n', 'grn', vim.lsp.buf.rename)
  vim.keymap.set('n', 'gra', vim.lsp.buf.code_action)
  vim.keymap.set('n', 'grr', vim.lsp.buf.references)
  -- completion: CTRL-X CTRL-O while typing; :wall after a rename

\b
Helix 23.10 or newer:
  # in ~/.config/helix/languages.toml
  [language-server.mem]
  command = "mem"
  args = ["lsp"]
  [[language]]
  name = "markdown"
  language-servers = ["mem"]
  # gd definition, gr references, space k hover, space r rename,
  # space a actions, space S symbols of the vault; :reload-all after
  # an action, :write-all after a rename; hx --health markdown

\b
Emacs 29 or newer:
  ;; in ~/.emacs.d/init.el, with the package markdown-mode installed
  (with-eval-after-load 'eglot
    (add-to-list 'eglot-server-programs
                 '(markdown-mode . ("mem" "lsp"))))
  (add-hook 'markdown-mode-hook 'eglot-ensure)
  (global-auto-revert-mode 1)
  ;; M-. definition, M-? references, C-M-i completion, M-x eglot-rename,
  ;; M-x eglot-code-actions; C-x s after a rename

\b
VS Code, the extension:
  {"name": "mem", "publisher": "me", "version": "1.0.0", "main": "main.js",
   "engines": {"vscode": "^1.82.0"},
   "activationEvents": ["onLanguage:markdown"],
   "dependencies": {"vscode-languageclient": "^9.0.1"}}

\b
VS Code, its program:
  const {LanguageClient} = require('vscode-languageclient/node');
  let client;
  exports.activate = () => {
    client = new LanguageClient('mem', 'mem',
      {command: 'mem', args: ['lsp']},
      {documentSelector: [{scheme: 'file', language: 'markdown'}]});
    return client.start();
  };
  exports.deactivate = () => client && client.stop();
  // names are completed on Ctrl+Space, or while typing with the setting
  // "[markdown]": {"editor.quickSuggestions": {"other": true}}"""
