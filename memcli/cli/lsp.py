"""mem lsp"""

from __future__ import annotations

import gc
import os

from memcli.cli import options, session
from memcli.errors import MemError, UserError

HELP = """Serve the vault to editors over the Language Server Protocol.

\b
Examples:
  pip install "memcli[lsp]"        once: what it needs beside mem
  mem lsp                          what an editor starts, and talks to
  mem lsp --vault ~/notes          the vault of searches outside of any

An editor starts it and talks to it over standard input and output. It serves
each markdown file that lies in a vault (the nearest folder above it that holds
.mem) and leaves all others alone. It ends with the editor. In an entry:
  completion     names after [[ (what is inserted leads to just that entry),
                 tags after #, fields and their values in the front matter
  hover          on a link: title, type, state, how well it is remembered and
                 when it fades, and its first lines; on the title: its own
  definition     from a link to the entry, and to the heading it names
  references     all links to the entry under the cursor, or to this one
  rename         on a title or a link: the title and all links to it change;
                 the id and the file stay. Save all files afterwards
  symbols        of the vault: what mem search finds; of a file: its headings
  findings       front matter that cannot be read or holds a wrong value, a
                 secret, an id that another entry has, links that lead nowhere
                 or may lead to several entries, what has expired
  code actions   new entry for a link that leads nowhere; pin, unpin, forget,
                 supersede this entry (a copy to be changed becomes the value,
                 the old one ends)
An action is one commit, and mem undo takes it back. It writes the file, which
the editor has to read again (below). A buffer that is not saved is left yours:
pin and unpin change the buffer, forget and supersede ask you to save first.

Neovim 0.11 or newer, in init.lua:
  vim.lsp.config('mem', {cmd = {'mem', 'lsp'}, filetypes = {'markdown'},
                         root_markers = {'.mem'}})
  vim.lsp.enable('mem')
Neovim 0.7 to 0.10:
  vim.api.nvim_create_autocmd('FileType', {pattern = 'markdown',
    callback = function()
      local top = vim.fn.finddir('.mem', vim.fn.expand('%:p:h') .. ';')
      if top == '' then return end
      if not vim.g.mem_lsp then
        vim.g.mem_lsp = vim.lsp.start_client({name = 'mem',
          cmd = {'mem', 'lsp'}, root_dir = vim.fn.fnamemodify(top, ':p:h:h')})
      end
      vim.lsp.buf_attach_client(0, vim.g.mem_lsp)
    end})
To read files again that an action wrote, and keys where there are none yet:
  vim.api.nvim_create_autocmd({'FocusGained', 'CursorHold'},
    {command = 'silent! checktime'})
  vim.keymap.set('n', 'gd', vim.lsp.buf.definition)
  vim.keymap.set('n', 'K', vim.lsp.buf.hover)
  vim.keymap.set('n', 'grn', vim.lsp.buf.rename)
  vim.keymap.set('n', 'gra', vim.lsp.buf.code_action)
  vim.keymap.set('n', 'grr', vim.lsp.buf.references)
Completion is i_CTRL-X CTRL-O (set omnifunc=v:lua.vim.lsp.omnifunc); after a
rename :wall saves all files.

Helix, in ~/.config/helix/languages.toml:
  [language-server.mem]
  command = "mem"
  args = ["lsp"]
  [[language]]
  name = "markdown"
  language-servers = ["mem"]
Keys: gd definition, gr references, space k hover, space r rename, space a
actions, space S symbols of the vault; :reload-all after an action, :write-all
after a rename. hx --health markdown tells whether it was found.

Emacs 29 or newer, with eglot:
  (with-eval-after-load 'eglot
    (add-to-list 'eglot-server-programs
                 '(markdown-mode . ("mem" "lsp"))))
  (add-hook 'markdown-mode-hook 'eglot-ensure)
  (global-auto-revert-mode 1)
Keys: M-. definition, M-? references, M-x eglot-rename, M-x eglot-code-actions,
C-M-i completion; C-x s saves all files after a rename.

VS Code starts no language server without an extension. Make one: a folder
~/.vscode/extensions/mem with two files, then in it npm install
vscode-languageclient, and start VS Code again.
package.json:
  {"name": "mem", "publisher": "me", "version": "1.0.0", "main": "main.js",
   "engines": {"vscode": "^1.82.0"},
   "activationEvents": ["onLanguage:markdown"],
   "dependencies": {"vscode-languageclient": "^9.0.1"}}
main.js:
  const {LanguageClient} = require('vscode-languageclient/node');
  let client;
  exports.activate = () => {
    client = new LanguageClient('mem', 'mem',
      {command: 'mem', args: ['lsp']},
      {documentSelector: [{scheme: 'file', language: 'markdown'}]});
    return client.start();
  };
  exports.deactivate = () => client && client.stop();
VS Code completes in markdown only when asked (Ctrl+Space), unless the setting
"[markdown]": {"editor.quickSuggestions": {"other": true}} is there. Actions
are in the menu Source Action... and at the light bulb of a dead link.

If nothing happens: run mem lsp in a terminal. It says what is missing, or it
waits in silence, and then the editor does not find mem on its PATH, or the
file lies in no vault (mem init makes one)."""

PARAMS = {
    "vault": options.Opt("--vault", "The vault of searches that no open file belongs to.", metavar="DIR"),
}


def command(vault: str | None = None) -> None:
    """Serve."""
    here = session.current()
    try:
        import pygls  # noqa: F401
    except ImportError:
        raise UserError("mem lsp needs pygls, which is not installed", 'pip install "memcli[lsp]"') from None
    from memcli.serve.lsp import server
    from memcli.serve.lsp.house import House
    from memcli.serve.mcp import pipe

    try:
        fallback = here.vault(vault).root
    except MemError:
        if vault:
            raise
        fallback = ""
    gc.enable()  # this one lives on
    source, sink = pipe.claimed()
    with os.fdopen(source, "rb") as reading, os.fdopen(sink, "wb") as writing:
        server.serve(House(here.store, fallback), reading, writing)
