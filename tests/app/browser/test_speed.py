"""The page's own part of the time of a frame: drawing both tissues with 5,000 agents each."""

import pytest

DRAW = """
async ([size]) => {
  const { Tissue } = await import('/static/js/tissue.js');
  const meta = await (await fetch('/api/meta')).json();
  const n = 5000;
  const column = (type, most) => type.from({ length: n }, (_, i) => (i * 7919) % most);
  const agents = { x: column(Uint16Array, size), y: column(Uint16Array, size - 1),
    kind: column(Uint8Array, meta.kinds.length), state: column(Uint8Array, 256),
    level: column(Uint8Array, 256), flags: column(Uint8Array, 2) };
  const field = { name: 'tnf', width: size / 2, height: size / 2,
    data: Uint8Array.from({ length: size * size / 4 }, (_, i) => i % 256) };
  const tissue = new Tissue(document.createElement('canvas'), meta);
  const zones = btoa('\\0'.repeat(size * size));
  tissue.setSection({ width: size, height: size, zones });
  const times = [];
  for (let i = 0; i < 40; i += 1) {
    const start = performance.now();
    tissue.draw({ fields: [field], agents });
    tissue.draw({ fields: [field], agents });
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[20];
}
"""


@pytest.mark.parametrize(("size", "budget"), [(64, 1000 / 30), (256, 1000 / 15)])
def test_drawing_fits_into_a_frame(visit, size, budget):
    assert visit.page.evaluate(DRAW, [size]) < budget


def test_frames_come_fast_enough_to_look_like_motion(visit):
    visit.speed(7)
    visit.click("play")
    drawn = visit.page.evaluate(
        """() => new Promise((resolve) => {
          let count = 0;
          new MutationObserver(() => { count += 1; })
            .observe(document.body, { attributeFilter: ['data-t'] });
          setTimeout(() => resolve(count / 2), 2000);
        })"""
    )
    visit.click("play")
    assert drawn >= 8.0  # 30 on an idle machine
