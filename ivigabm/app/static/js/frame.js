/** Frames as the server packs them; see PROTOCOL.md. */

/**
 * @typedef {{x: Uint16Array, y: Uint16Array, kind: Uint8Array, state: Uint8Array,
 *   level: Uint8Array, flags: Uint8Array}} Agents
 * @typedef {{name: string, width: number, height: number, data: Uint8Array}} Field
 * @typedef {{fields: Field[], agents: Agents}} ArmPicture
 * @typedef {{head: any, treated: ArmPicture, control: ArmPicture}} Frame
 */

const COLUMNS = ['x', 'y', 'kind', 'state', 'level', 'flags'];

/**
 * Take a binary frame apart; arrays look into the buffer and copy nothing.
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function decodeFrame(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== 0x47495649) throw new Error('not a frame');
  const length = view.getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {any} */
  const frame = { head, treated: { fields: [], agents: {} }, control: { fields: [], agents: {} } };
  for (const section of head.sections) {
    const count = section.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    const type = section.type === 'u16' ? Uint16Array : Uint8Array;
    const data = new type(buffer, 8 + length + section.offset, count);
    const arm = frame[section.arm];
    if (section.shape.length === 2) {
      const [height, width] = section.shape;
      arm.fields.push({ name: section.name, width, height, data });
    } else if (COLUMNS.includes(section.name)) arm.agents[section.name] = data;
  }
  return frame;
}
