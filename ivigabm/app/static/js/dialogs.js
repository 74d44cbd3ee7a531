/** Dialogs: one frame for all of them, with a title and a way out. */

import { byId, make, put } from './dom.js';
import { t } from './i18n.js';

/**
 * Open a dialog with fresh content. The browser gives the focus back when it closes.
 * @param {string} id
 * @param {string} title
 * @param {...(Node|null)} content
 */
export function openDialog(id, title, ...content) {
  const dialog = byId(id);
  const close = make('button', { class: 'quiet', text: t('close'), data: { testid: `${id}-close` }, on: { click: () => dialog.close() } });
  const head = make('div', { class: 'row' }, make('h2', { id: `${id}-title`, text: title }), close);
  put(dialog, head, ...content);
  if (!dialog.open) dialog.showModal();
}
