"""Questions that take long: answered beside the run, and stopped when one has heard enough."""

import csv
import io
import time
import zlib
from base64 import b64decode

import pytest

from ivigabm.app import replay as replaying
from ivigabm.app.attribution import attribution
from ivigabm.app.band import band
from ivigabm.app.frames import read_frame
from ivigabm.app.questions import asked
from ivigabm.app.replay import joined, replay
from ivigabm.app.settings import Config
from ivigabm.app.sweep import sweep
from ivigabm.app.twin_model import TwinModel
from ivigabm.errors import InputError
from ivigabm.observation import OBSERVED
from ivigabm.outcomes import CONTROL, TREATED

STEPS = 30


@pytest.fixture(scope="module")
def twin():
    found = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32, "dose": 0.0}))
    found.change("give", 1.0)
    found.change("group:Fab2", False)
    for _ in range(STEPS):
        found.step()
    return found


class Heard(list):
    """Progress that was told."""

    def __call__(self, done, of):
        self.append((done, of))


def test_a_band_holds_the_run_itself_and_its_table_every_patient(twin):
    heard = Heard()
    said = band(asked("band", twin, {"seeds": 3}), heard)
    assert heard[0] == (0, 3)
    assert heard[-1] == (3, 3)
    assert set(said["result"]["variables"]) == set(OBSERVED)
    shown = said["result"]["variables"]["inflammation"]
    for arm in (TREATED, CONTROL):
        assert shown[arm]["low"][-1] <= shown[arm]["mid"][-1] <= shown[arm]["high"][-1]
    name, text = said["csv"]
    rows = list(csv.DictReader(io.StringIO("".join(text.splitlines(keepends=True)[3:]))))
    assert len({row["seed"] for row in rows}) == 3
    last = next(row for row in rows if row["seed"] == "1" and int(row["t"]) == STEPS)
    expected = twin.values()[TREATED]["inflammation"]
    assert float(last["treated.inflammation"]) == pytest.approx(expected, rel=1e-6)
    assert name.endswith("3_patients.csv")


def test_a_sweep_has_no_effect_without_a_dose_and_its_points_can_be_opened(twin):
    plain = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32}))
    for _ in range(STEPS):
        plain.step()
    message = {
        "x": {"key": "dose", "values": [0, 2]},
        "y": {"key": "composition.dimer", "values": [0.0, 0.3]},
        "outcome": "inflammation_auc",
    }
    said = sweep(asked("sweep", plain, message), Heard())["result"]
    for row in said["effect"]:
        assert row[0] == 0.0
        assert row[1] < 0.0
    opened = Config.read(said["configs"][1][1])
    assert (opened.dose, opened.composition) == (2.0, {"dimer": 0.3})


def test_an_attribution_adds_up_and_leaves_out_what_is_off(twin):
    question = asked("attribution", twin, {})
    assert [(dose.day, dose.g_per_kg) for dose in question.doses] == [(0.0, 1.0)]
    said = attribution(question, Heard())["result"]
    shares = {player["id"]: player["share"] for player in said["players"]}
    assert sum(shares.values()) == pytest.approx(said["effect"])
    assert "Fab2" not in shares
    assert shares["Fc"] < 0.0


@pytest.mark.slow
def test_mechanisms_can_play_one_by_one(twin):
    """All that act are sampled within the budget, and blockade of Fcγ receptors leads."""
    said = attribution(asked("attribution", twin, {"players": "mechanisms"}), Heard())["result"]
    shares = {player["id"]: player["share"] for player in said["players"]}
    assert sum(shares.values()) == pytest.approx(said["effect"])
    assert min(shares, key=shares.get) == "FC_FCGR_BLOCK"


def test_an_attribution_needs_something_to_explain():
    untreated = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32, "dose": 0.0}))
    with pytest.raises(InputError, match="nothing has been given"):
        attribution(asked("attribution", untreated, {}), Heard())
    none = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32}))
    for group in ("group:Fab2", "group:Fc"):
        none.change(group, False)
    none.change("mechanisms", "0" * len(none.bits))
    with pytest.raises(InputError, match="no mechanism is on"):
        attribution(asked("attribution", none, {}), Heard())


@pytest.fixture
def small_page(tmp_path, monkeypatch):
    """A front end of three modules."""
    for folder, files in {
        "js": {
            "replay.js": "import { b } from './b.js';\nimport { a } from './lib/a.js';\nb(a);\n",
            "b.js": "import { a } from './lib/a.js';\nexport function b() { return a; }\n",
            "lib/a.js": "export const a = '</script>';\n",
        },
        "css": {f"{name}.css": f"/* {name} */" for name in replaying.STYLES},
    }.items():
        for name, text in files.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    monkeypatch.setattr(replaying, "STATIC", tmp_path)
    return tmp_path


def test_modules_are_joined_once_and_those_first_that_others_need(small_page):
    text = joined("replay.js")
    assert text.index("const a") < text.index("function b") < text.index("b(a)")
    assert text.count("const a") == 1
    assert "import" not in text
    assert "export" not in text


def test_a_module_that_cannot_be_joined_is_refused(small_page):
    (small_page / "js" / "b.js").write_text("export default function () {}\n")
    with pytest.raises(ValueError, match=r"b\.js"):
        joined("replay.js")


def test_a_replay_holds_the_frames_of_the_run(small_page, twin):
    name, mime, text = replay(asked("replay", twin, {}), Heard())["file"]
    assert (name, mime) == ("ivigabm_mouse_kbxn_1_replay.html", "text/html")
    assert text.count("</script>") == 3  # no data ends an element
    assert "http://" not in text.replace("http://www.w3.org", "")
    packed = text.split('id="replay-frames">')[1].split("<")[0]
    data, heads = zlib.decompress(b64decode(packed)), []
    while data:
        length = int.from_bytes(data[:4], "little")
        heads.append(read_frame(data[4 : 4 + length])[0])
        data = data[4 + length :]
    assert [head["t"] for head in heads] == list(range(STEPS + 1))
    assert heads[-1]["values"][TREATED] == twin.values()[TREATED]


def test_a_replay_of_nothing_is_refused():
    still = TwinModel(Config.read({"scenario": "mouse_kbxn", "size": 32}))
    with pytest.raises(InputError, match="some steps first"):
        replay(asked("replay", still, {}), Heard())


def test_the_page_itself_can_be_joined():
    assert len(joined("replay.js")) > 1000


def test_a_job_is_done_beside_the_run_and_can_be_stopped(page):
    page.start()
    page.send("step", n=30)
    page.until("frame", t=30)
    page.send("band", seeds=50)
    page.until("job", job="band", state="running")
    page.send("step")
    assert page.until("frame", t=31)
    began = time.monotonic()
    page.send("cancel", job="band")
    page.until("job", job="band", state="cancelled")
    assert time.monotonic() - began < 5.0
    page.send("band", seeds=2)
    assert page.until("result", job="band")["seeds"] == 2
    page.send("export", what="band")
    assert page.until("export")["text"].startswith("# ivigabm")
